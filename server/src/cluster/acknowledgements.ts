import type { FileOutcome } from '../indexing/indexer.ts'

/** A job that was taken; `retryCount` distinguishes the attempts. */
export interface TakenJob {
  id: string
  retryCount: number
  data: { path: string }
}

export interface AcknowledgementsOptions {
  /** Ends jobs for good. */
  complete(jobs: TakenJob[]): Promise<void>
  /** Called with paths whose files were gone or are still being written to, after their jobs have ended. */
  onUnfinished(paths: string[]): void
}

/** Files that were stored together are acknowledged together. */
const COLLECT_MS = 50

/**
 * Acknowledges the jobs of one batch one after the other, without waiting for its slowest file: as long as a job has not ended, the queue
 * ignores another one for the same version, also if the file is moved away and back after it was read.
 */
export class Acknowledgements {
  readonly #options: AcknowledgementsOptions
  #waiting: { job: TakenJob; isUnfinished: boolean }[] = []
  #timer: NodeJS.Timeout | undefined
  #sending: Promise<void> = Promise.resolve()

  constructor(options: AcknowledgementsOptions) {
    this.#options = options
  }

  add(job: TakenJob, outcome: FileOutcome): void {
    // The queue repeats a job whose file is left.
    if (typeof outcome === 'object') return
    this.#waiting.push({ job, isUnfinished: outcome !== 'done' })
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined
      // One after the other: the end of the batch waits for all of them.
      this.#sending = this.#sending
        .then(() => this.#send())
        .catch(() => {
          // They wait for the end of the batch.
        })
    }, COLLECT_MS)
  }

  /**
   * Called when all files of the batch have an outcome. Jobs that are done may be left to the end of the batch, which completes them.
   * @throws if the jobs of unfinished files can't be ended
   */
  async end(): Promise<void> {
    clearTimeout(this.#timer)
    await this.#sending
    if (this.#waiting.some(({ isUnfinished }) => isUnfinished)) await this.#send()
  }

  async #send(): Promise<void> {
    const sent = this.#waiting.splice(0)
    if (sent.length === 0) return
    try {
      await this.#options.complete(sent.map(({ job }) => job))
    } catch (error) {
      this.#waiting.unshift(...sent)
      throw error
    }
    const unfinished = sent.filter(({ isUnfinished }) => isUnfinished)
    if (unfinished.length > 0) this.#options.onUnfinished(unfinished.map(({ job }) => job.data.path))
  }
}
