import { type FileOutcome, type FileVersion, isSameVersion, versionKey } from './file-version.ts'

/** A file that waits. Without a version, the one that exists when the file is read is meant. */
export interface QueuedFile {
  path: string
  version: FileVersion | undefined
}

/** Files that wait to be read, one version of each path, and the callers that wait for their outcome. */
export class FileQueue {
  readonly #waiting = new Map<string, FileVersion | undefined>()
  /** Reused: a new iterator skips over every deleted entry, which takes seconds for 100,000 files. */
  #upcoming = this.#waiting.entries()
  /** Keys of the versions that are being read or stored. */
  readonly #inProgress = new Set<string>()
  /** Files that are still being written to, by path. */
  readonly #unsettled = new Map<string, { timer: NodeJS.Timeout; version: FileVersion | undefined }>()
  readonly #waiters = new Map<string, ((outcome: FileOutcome) => void)[]>()

  /** Number of files that wait, those that are still being written to included. */
  get size(): number {
    return this.#waiting.size + this.#unsettled.size
  }

  get isEmpty(): boolean {
    return this.#waiting.size === 0
  }

  /** Adds a version in place of an earlier one, unless it is in progress. */
  add(version: FileVersion): void {
    if (this.#inProgress.has(versionKey(version))) return
    const earlier = this.#waiting.get(version.path)
    this.#waiting.set(version.path, version)
    // The newer version is the one that will be read.
    if (earlier !== undefined && !isSameVersion(earlier, version)) this.resolve(earlier, 'done')
  }

  /** Adds a file without a version, unless it waits already. */
  addPath(path: string): void {
    if (!this.#waiting.has(path)) this.#waiting.set(path, undefined)
  }

  /** Removes and returns the file that has waited longest. The queue must not be empty. */
  next(): QueuedFile {
    let next = this.#upcoming.next()
    if (next.done) {
      this.#upcoming = this.#waiting.entries()
      next = this.#upcoming.next()
    }
    const [path, version] = next.value!
    this.#waiting.delete(path)
    if (version !== undefined) this.begin(version)
    return { path, version }
  }

  begin(version: FileVersion): void {
    this.#inProgress.add(versionKey(version))
  }

  end(version: FileVersion | undefined): void {
    if (version !== undefined) this.#inProgress.delete(versionKey(version))
  }

  /** Adds a file again after a pause, unless a newer version waits by then. */
  retryLater({ path, version }: QueuedFile, delayMs: number, onDue: () => void): void {
    const earlier = this.#unsettled.get(path)
    if (earlier !== undefined) {
      clearTimeout(earlier.timer)
      this.#supersede(earlier.version, version)
    }
    const timer = setTimeout(() => {
      this.#unsettled.delete(path)
      if (this.#waiting.has(path)) this.#supersede(version, this.#waiting.get(path))
      else this.#waiting.set(path, version)
      onDue()
    }, delayMs)
    this.#unsettled.set(path, { timer, version })
  }

  waitFor(version: FileVersion): Promise<FileOutcome> {
    return new Promise((resolve) => {
      const key = versionKey(version)
      this.#waiters.set(key, [...(this.#waiters.get(key) ?? []), resolve])
    })
  }

  resolve(version: FileVersion | undefined, outcome: FileOutcome): void {
    if (version !== undefined) this.#resolveKey(versionKey(version), outcome)
  }

  /** Leaves all that waits to the next start. */
  close(): void {
    this.#waiting.clear()
    for (const key of [...this.#waiters.keys()]) this.#resolveKey(key, { left: 'closed' })
    for (const { timer } of this.#unsettled.values()) clearTimeout(timer)
    this.#unsettled.clear()
  }

  #supersede(earlier: FileVersion | undefined, newer: FileVersion | undefined): void {
    if (earlier === undefined) return
    if (newer === undefined || !isSameVersion(earlier, newer)) this.resolve(earlier, 'done')
  }

  #resolveKey(key: string, outcome: FileOutcome): void {
    const resolvers = this.#waiters.get(key) ?? []
    this.#waiters.delete(key)
    for (const resolve of resolvers) resolve(outcome)
  }
}
