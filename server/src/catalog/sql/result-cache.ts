const MAX_RESULTS = 64
/** A filter can contain the ids of many images. */
const MAX_KEY_LENGTH = 4_000

/** Results that are computed from many images, kept until an image changes: every page of a list has the number of all images. */
export class ResultCache {
  readonly #isOnlyWriter: boolean
  readonly #results = new Map<string, unknown>()
  #changes = 0

  /** @param isOnlyWriter whether no other process changes the images; otherwise nothing is kept */
  constructor(isOnlyWriter: boolean) {
    this.#isOnlyWriter = isOnlyWriter
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
    if (!this.#isOnlyWriter) return compute()
    const id = `${name} ${JSON.stringify(key)}`
    if (id.length > MAX_KEY_LENGTH) return compute()
    if (this.#results.has(id)) return this.#results.get(id) as T
    const changes = this.#changes
    const result = await compute()
    // An image may have changed meanwhile.
    if (changes !== this.#changes || !isSmall(result)) return result
    const [oldest] = this.#results.keys()
    if (this.#results.size >= MAX_RESULTS) this.#results.delete(oldest!)
    this.#results.set(id, result)
    return result
  }

  clear(): void {
    this.#changes++
    this.#results.clear()
  }
}
