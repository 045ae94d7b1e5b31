/** A limited number of places for work. Work that finds none waits, first come, first served. */
export class Places {
  readonly #count: number
  readonly #waiting: (() => void)[] = []
  #taken = 0

  constructor(count: number) {
    this.#count = count
  }

  /** @param signal of a client, who may go while it waits @throws the reason of the signal */
  async run<T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
    if (this.#taken < this.#count) this.#taken++
    // Work that ends hands over its place.
    else await new Promise<void>((resolve) => this.#waiting.push(resolve))
    try {
      signal?.throwIfAborted()
      return await work()
    } finally {
      const next = this.#waiting.shift()
      if (next === undefined) this.#taken--
      else next()
    }
  }
}
