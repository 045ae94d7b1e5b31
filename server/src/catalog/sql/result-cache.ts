const MAX_RESULTS = 64
/** A filter can contain the ids of many images. */
const MAX_KEY_LENGTH = 4_000

/** Reads a value that changes with the images of the database. */
export type ReadVersion = () => Promise<string>

/** For a database that no other process changes. */
export const ALWAYS_SAME: ReadVersion = async () => ''

/** A result of one version of the images. */
interface Computed {
  version: string
  result: Promise<unknown>
}

/** Results that are computed from many images, kept until an image changes: every page of a list has the number of all images. */
export class ResultCache {
  readonly #readVersion: ReadVersion | undefined
  readonly #results = new Map<string, Computed>()
  /** Calls that come meanwhile wait for the same result. */
  readonly #running = new Map<string, Computed>()
  #changes = 0

  /** @param readVersion without it, nothing is kept */
  constructor(readVersion: ReadVersion | undefined) {
    this.#readVersion = readVersion
  }

  /**
   * Returns the result of `compute`, or that of an earlier call with the same name and key. It must not be changed.
   * @param isSmall whether a result is small enough to be kept
   */
  async get<T>(
    name: string,
    key: unknown,
    compute: () => Promise<T>,
    isSmall: (result: T) => boolean = () => true,
  ): Promise<T> {
    const id = `${name} ${JSON.stringify(key)}`
    if (this.#readVersion === undefined || id.length > MAX_KEY_LENGTH) return compute()
    const version = await this.#version(this.#readVersion)
    const known = [this.#results, this.#running].map((from) => from.get(id))
    const same = known.find((computed) => computed?.version === version)
    if (same !== undefined) return same.result as Promise<T>
    const computed = { version, result: compute() }
    this.#running.set(id, computed)
    try {
      const result = await computed.result
      // An image may have changed meanwhile.
      const isCurrent = version === (await this.#version(this.#readVersion))
      if (isCurrent && isSmall(result)) this.#keep(id, computed)
      return result
    } finally {
      if (this.#running.get(id) === computed) this.#running.delete(id)
    }
  }

  clear(): void {
    this.#changes++
    this.#results.clear()
  }

  async #version(read: ReadVersion): Promise<string> {
    const stored = await read()
    return `${this.#changes} ${stored}`
  }

  #keep(id: string, computed: Computed): void {
    const [oldest] = this.#results.keys()
    if (this.#results.size >= MAX_RESULTS) this.#results.delete(oldest!)
    this.#results.set(id, computed)
  }
}
