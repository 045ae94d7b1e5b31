/** Limits how often a folder is listed only to count the files that are left out. */
export class DelayedListings {
  readonly #listedAt = new Map<string, number>()
  readonly #waiting = new Map<string, NodeJS.Timeout>()
  readonly #due = new Set<string>()
  readonly #onDue: () => void
  readonly #pauseMs: number

  /** @param pauseMs between two listings of a folder */
  constructor(onDue: () => void, pauseMs: number) {
    this.#onDue = onDue
    this.#pauseMs = pauseMs
  }

  /**
   * Requests a listing of a folder.
   * @returns false if it may be listed at once, true if the listing is deferred
   */
  defer(directory: string): boolean {
    if (this.#waiting.has(directory)) return true
    const now = performance.now()
    const pauseMs = (this.#listedAt.get(directory) ?? Number.NEGATIVE_INFINITY) + this.#pauseMs - now
    if (pauseMs <= 0) {
      this.#listedAt.set(directory, now)
      return false
    }
    const timer = setTimeout(() => {
      this.#waiting.delete(directory)
      this.#listedAt.set(directory, performance.now())
      this.#due.add(directory)
      this.#onDue()
    }, pauseMs)
    this.#waiting.set(directory, timer.unref())
    return true
  }

  /** Removes and returns the folders whose pause has passed. */
  due(): string[] {
    const due = [...this.#due]
    this.#due.clear()
    return due
  }
}
