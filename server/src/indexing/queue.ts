import { type FileOutcome, type FileVersion, inPlaceOf, isSameVersion, jobKey } from './file-version.ts'

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
  /** Keys of the jobs whose files are being read or stored. */
  readonly #inProgress = new Set<string>()
  /** Files that are still being written to, by path. */
  readonly #unsettled = new Map<string, { timer: NodeJS.Timeout; version: FileVersion | undefined }>()
  readonly #waiters = new Map<string, ((outcome: FileOutcome) => void)[]>()
  /** Since when files with waiters have been written to, in the time of `performance.now()`. */
  readonly #unsettledSince = new Map<string, number>()
  /** Since when files have been written to, by path, with or without waiters. */
  readonly #growingSince = new Map<string, number>()

  /** Number of files that wait, those that are still being written to included. */
  get size(): number {
    return this.#waiting.size + this.#unsettled.size
  }

  get isEmpty(): boolean {
    return this.#waiting.size === 0
  }

  /** Whether nothing waits, except for files that have been written to for longer than this. */
  isIdle(maxMs: number): boolean {
    if (!this.isEmpty) return false
    const before = performance.now() - maxMs
    return [...this.#unsettled.keys()].every((path) => (this.#growingSince.get(path) ?? Infinity) < before)
  }

  /** Adds a version in place of an earlier one, unless it is in progress. */
  add(version: FileVersion): void {
    if (keysThatDo(version).some((key) => this.#inProgress.has(key))) return
    const earlier = this.#waiting.get(version.path)
    this.#waiting.set(version.path, inPlaceOf(earlier, version))
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
    this.#inProgress.add(jobKey(version))
  }

  end(version: FileVersion | undefined): void {
    if (version !== undefined) this.#inProgress.delete(jobKey(version))
  }

  /** Adds a file again after a pause, unless a newer version waits by then. */
  retryLater({ path, version: unsettled }: QueuedFile, delayMs: number, onDue: () => void): void {
    this.#growingSince.set(path, this.#growingSince.get(path) ?? performance.now())
    const earlier = this.#unsettled.get(path)
    const version = inPlaceOf(earlier?.version, unsettled)
    if (earlier !== undefined) {
      clearTimeout(earlier.timer)
      this.#supersede(earlier.version, version)
    }
    const timer = setTimeout(() => {
      this.#unsettled.delete(path)
      const newer = this.#waiting.has(path) ? inPlaceOf(version, this.#waiting.get(path)) : version
      this.#waiting.set(path, newer)
      this.#supersede(version, newer)
      onDue()
    }, delayMs)
    this.#unsettled.set(path, { timer, version })
  }

  /** Called when a file is not written to any more, or is not tried again. */
  settled(path: string): void {
    this.#growingSince.delete(path)
  }

  waitFor(version: FileVersion): Promise<FileOutcome> {
    return new Promise((resolve) => {
      const key = jobKey(version)
      this.#waiters.set(key, [...(this.#waiters.get(key) ?? []), resolve])
    })
  }

  resolve(version: FileVersion | undefined, outcome: FileOutcome): void {
    if (version !== undefined) for (const key of keysDoneBy(version)) this.#resolveKey(key, outcome)
  }

  /** Whether a caller has waited for a file for longer than this while it was written to. Called each time that it is unsettled. */
  isOverdue(version: FileVersion | undefined, maxMs: number): boolean {
    const key = version && keysDoneBy(version).find((one) => this.#waiters.has(one))
    if (key === undefined) return false
    const since = this.#unsettledSince.get(key) ?? performance.now()
    this.#unsettledSince.set(key, since)
    return performance.now() - since > maxMs
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
    this.#unsettledSince.delete(key)
    for (const resolve of resolvers) resolve(outcome)
  }
}

/** A reread also does what indexing does. */
function keysDoneBy(version: FileVersion): string[] {
  return version.isReread ? [jobKey(version), jobKey({ ...version, isReread: false })] : [jobKey(version)]
}

function keysThatDo(version: FileVersion): string[] {
  return version.isReread ? [jobKey(version)] : [jobKey(version), jobKey({ ...version, isReread: true })]
}
