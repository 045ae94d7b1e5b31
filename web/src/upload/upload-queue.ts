import { ApiError, isPassing, uploadImage } from '../api/client.ts'
import { bytes } from '../messages/format.ts'
import { messages } from '../messages/messages.ts'
import { isReadable } from './picture-file.ts'

export interface Upload {
  number: number
  name: string
  directory: string
  state: 'waiting' | 'sending' | 'done' | 'failed'
  /** 0…1 of the file that has been sent. */
  share: number
  /** The server's sentence if it refused, or the cause of another try. */
  reason?: string | undefined
}

export interface Job {
  number: number
  file: File
  directory: string
  /** How often it was sent before, with no answer. */
  tries: number
}

/** More would only wait for each other: the server embeds a file before it responds. */
const AT_ONCE = 3
/** The server may be back soon. */
const RETRY_AFTER_MS = 3_000
/** Maximum number of failures of a file. */
const MAX_TRIES = 100

/** Sends files, a few at a time. */
export class UploadQueue {
  readonly #onChange: (number: number, change: Partial<Upload>) => void
  readonly #sending = new Set<Job>()
  readonly #ending = new AbortController()
  #waiting: Job[] = []
  #failed: Job[]
  #hasExpired = false

  /** @param failed jobs of an earlier queue */
  constructor(failed: Job[], onChange: (number: number, change: Partial<Upload>) => void) {
    this.#failed = failed
    this.#onChange = onChange
  }

  add(jobs: readonly Job[]): void {
    this.#waiting.push(...jobs)
    this.#advance()
  }

  /** Sends all files again that could not be added. */
  retry(): void {
    const jobs = this.#failed.map((job) => ({ ...job, tries: 0 }))
    this.#failed = []
    this.#hasExpired = false
    for (const { number } of jobs) this.#onChange(number, { state: 'waiting', share: 0, reason: undefined })
    this.add(jobs)
  }

  /** The sign-in has expired, as another request has found. */
  expire(): void {
    this.#hasExpired = true
  }

  /** Ends what is under way. @returns the files that were not added because the sign-in has expired */
  close(): Job[] {
    const left = this.#hasExpired ? [...this.#failed, ...this.#sending, ...this.#waiting] : []
    this.#waiting = []
    this.#failed = []
    this.#ending.abort()
    return left
  }

  #advance(): void {
    while (this.#sending.size < AT_ONCE) {
      const next = this.#waiting.shift()
      if (next === undefined) return
      this.#sending.add(next)
      void this.#send(next).finally(() => {
        this.#sending.delete(next)
        this.#advance()
      })
    }
  }

  async #send(job: Job): Promise<void> {
    const { number, file, directory, tries } = job
    const { signal } = this.#ending
    this.#onChange(number, { state: 'sending', reason: undefined })
    // A folder, or a file that was moved: the browser reports it as if the server were away.
    const canBeRead = await isReadable(file)
    if (signal.aborted) return
    if (!canBeRead) return this.#fail(job, messages.upload.unreadable)
    try {
      const onProgress = (share: number) => this.#onChange(number, { share })
      await uploadImage(file, directory, { onProgress, signal })
      this.#onChange(number, { state: 'done', share: 1 })
    } catch (error) {
      if (signal.aborted) return
      // Sent again, a file that has arrived is not stored twice: the server compares the bytes.
      if (isPassing(error) && tries < MAX_TRIES) return this.#tryAgain(job, error.message)
      this.#hasExpired ||= error instanceof ApiError && error.code === 'not_signed_in'
      this.#fail(job, reasonOf(error, file))
    }
  }

  #fail(job: Job, reason: string): void {
    this.#failed.push(job)
    this.#onChange(job.number, { state: 'failed', reason })
  }

  async #tryAgain(job: Job, reason: string): Promise<void> {
    // Others first: the cause may lie in this file.
    this.#waiting.push({ ...job, tries: job.tries + 1 })
    this.#onChange(job.number, { state: 'waiting', share: 0, reason })
    await new Promise((resolve) => setTimeout(resolve, RETRY_AFTER_MS))
  }
}

function reasonOf(error: unknown, file: File): string {
  const code = error instanceof ApiError ? error.code : undefined
  if (code === 'too_large_for_proxy') return messages.upload.tooLargeForProxy(bytes(file.size))
  if (code === 'not_signed_in') return messages.upload.signedOut
  return error instanceof Error ? error.message : String(error)
}
