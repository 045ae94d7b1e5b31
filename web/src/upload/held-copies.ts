/** A file that is added. */
export interface Copy {
  number: number
  /** SHA-256 of its bytes. */
  hash?: string
}

/** Files with the same bytes as one that is being added. They wait for its end. */
export class HeldCopies<Job extends Copy> {
  /** Numbers of the files that are being added, by the hash of their bytes. */
  readonly #first = new Map<string, number>()
  readonly #held = new Map<string, Job[]>()

  /** @returns whether the file is the first with its bytes, and goes on */
  hold(job: Job & Required<Copy>): boolean {
    const { hash, number } = job
    const first = this.#first.get(hash)
    if (first === undefined || first === number) {
      this.#first.set(hash, number)
      return true
    }
    this.#held.set(hash, [...(this.#held.get(hash) ?? []), job])
    return false
  }

  /** Ends the wait for a file. @returns the files that waited for it */
  release(number: number): Job[] {
    for (const [hash, first] of this.#first) {
      if (first !== number) continue
      this.#first.delete(hash)
      const held = this.#held.get(hash) ?? []
      this.#held.delete(hash)
      return held
    }
    return []
  }

  /** @returns all files that waited */
  clear(): Job[] {
    const held = [...this.#held.values()].flat()
    this.#first.clear()
    this.#held.clear()
    return held
  }
}
