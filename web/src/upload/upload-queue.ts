import { ApiError, findByPath, isPassing, knownImages, type OnConflict, uploadImage } from '../api/client.ts'
import { bytes } from '../messages/format.ts'
import { messages } from '../messages/messages.ts'
import { viewMessages } from '../messages/view-messages.ts'
import type { Decision, Question, StandingDecisions } from './decisions.ts'
import { sha256Of } from './digest.ts'
import { HeldCopies } from './held-copies.ts'
import { isReadable } from './picture-file.ts'

export interface Upload {
  number: number
  file: File
  directory: string
  /** `asked`: it waits for a decision of the user. */
  state: 'waiting' | 'sending' | 'asked' | 'done' | 'skipped' | 'failed'
  /** 0…1 of the file that has been sent. */
  share: number
  /** The server's sentence if it refused, the cause of another try, or why the file was skipped. */
  reason?: string | undefined
  question?: Question | undefined
}

export interface Job {
  number: number
  file: File
  directory: string
  /** Number of times that it was sent without a response. */
  tries: number
  /** Whether the gallery was asked about its bytes. A file that was sent since may be the one that the gallery has by now. */
  isChecked: boolean
  /** SHA-256 of its bytes, once they have been read. */
  hash?: string
  /** For a name that is taken by other bytes: `refuse` asks the user. */
  onConflict: OnConflict
}

/** More would only wait for each other: the server embeds a file before it responds. */
const MAX_CONCURRENT_UPLOADS = 3
/** The server may be back soon. */
const RETRY_AFTER_MS = 3_000
/** Maximum number of failures of a file. */
const MAX_TRIES = 100

/** Sends files, a few at a time. A file whose name or bytes the gallery has waits for a decision, and the others go on. */
export class UploadQueue {
  readonly #onChange: (number: number, change: Partial<Upload>) => void
  readonly #maxBytes: () => number | undefined
  readonly #sending = new Set<Job>()
  readonly #asked = new Map<Job, Question>()
  readonly #standing: StandingDecisions = new Map()
  readonly #copies = new HeldCopies<Job>()
  readonly #ending = new AbortController()
  #waiting: Job[] = []
  #failed: Job[]
  #hasExpired = false

  /**
   * @param failed jobs of an earlier queue
   * @param maxBytes limit of the server for a file; undefined while it is not known
   */
  constructor(
    failed: Job[],
    onChange: (number: number, change: Partial<Upload>) => void,
    maxBytes: () => number | undefined,
  ) {
    this.#failed = failed
    this.#onChange = onChange
    this.#maxBytes = maxBytes
  }

  add(jobs: readonly Job[]): void {
    this.#waiting.push(...jobs)
    this.#advance()
  }

  /** Decides about a file. @param isForAll whether all files with the same question, now and later, are treated alike */
  decide(number: number, decision: Decision, isForAll: boolean): void {
    const kind = [...this.#asked].find(([job]) => job.number === number)?.[1].kind
    if (kind === undefined) return
    if (isForAll) this.#standing.set(kind, decision)
    for (const [job, question] of [...this.#asked]) {
      if (job.number !== number && !(isForAll && question.kind === kind)) continue
      this.#asked.delete(job)
      const decided = this.#decided(job, question, decision)
      if (decided === undefined) continue
      this.#onChange(job.number, { state: 'waiting', question: undefined })
      this.#waiting.push(decided)
    }
    this.#advance()
  }

  /** Sends all files again that could not be added. */
  retry(): void {
    // The gallery may have the bytes by now, of a copy that waited for this file.
    const jobs = this.#failed.map((job) => ({ ...job, tries: 0, isChecked: false }))
    this.#failed = []
    this.#hasExpired = false
    for (const { number } of jobs) this.#onChange(number, { state: 'waiting', share: 0, reason: undefined })
    this.add(jobs)
  }

  /** The sign-in has expired, as another request has found. */
  expire(): void {
    this.#hasExpired = true
  }

  /** Ends the current uploads. @returns the files that were not added because the sign-in has expired */
  close(): Job[] {
    const left = this.#hasExpired
      ? [...this.#failed, ...this.#sending, ...this.#asked.keys(), ...this.#waiting, ...this.#copies.clear()]
      : []
    this.#waiting = []
    this.#failed = []
    this.#asked.clear()
    this.#ending.abort()
    // One that waits for its next try is counted twice.
    return [...new Map(left.map((job) => [job.number, job])).values()]
  }

  #advance(): void {
    while (this.#sending.size < MAX_CONCURRENT_UPLOADS) {
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
    this.#onChange(number, { state: 'sending', reason: undefined, question: undefined })
    // A folder, or a file that was moved: the browser reports it as if the server were away.
    const canBeRead = await isReadable(file)
    if (signal.aborted) return
    if (!canBeRead) return this.#fail(job, messages.upload.unreadable)
    // The server would receive all of it before it can refuse it.
    const maxBytes = this.#maxBytes()
    if (maxBytes !== undefined && file.size > maxBytes)
      return this.#fail(job, viewMessages.uploading.tooLarge(file.name, bytes(file.size), bytes(maxBytes)))
    let current = job
    try {
      const checked = await this.#check(job)
      if (checked === undefined || signal.aborted) return
      current = checked
      const onProgress = (share: number) => this.#onChange(number, { share })
      await uploadImage(file, { directory, on_conflict: checked.onConflict }, { onProgress, signal })
      this.#end(job, { state: 'done', share: 1 })
    } catch (error) {
      if (signal.aborted) return
      // Sent again, a file that has arrived is not stored twice: the server compares the bytes.
      if (isPassing(error) && tries < MAX_TRIES) return this.#tryAgain(current, error.message)
      if (error instanceof ApiError && error.code === 'image_exists') return this.#askAboutName(job)
      this.#hasExpired ||= error instanceof ApiError && error.code === 'not_signed_in'
      this.#fail(job, reasonOf(error, file))
    }
  }

  /** @returns the job that goes on; undefined if it is skipped or waits for a decision */
  async #check(job: Job): Promise<Job | undefined> {
    if (job.isChecked) return job
    const hash = job.hash ?? (await sha256Of(job.file))
    // Before the gallery is asked: the other file may be added before its answer arrives.
    if (!this.#copies.hold({ ...job, hash })) {
      this.#onChange(job.number, { state: 'waiting' })
      return undefined
    }
    const checked = { ...job, hash, isChecked: true }
    const found = await knownImages(hash, this.#ending.signal)
    if (found === undefined) return checked
    this.#waiting.unshift(...this.#copies.release(job.number))
    const isThere = found.some(({ path }) => path === pathOf(job))
    if (isThere) return void this.#skip(job, viewMessages.uploading.isThere)
    return this.#ask(checked, { kind: 'known', images: found })
  }

  async #askAboutName(job: Job): Promise<void> {
    const existing = await findByPath(pathOf(job), this.#ending.signal).catch(() => undefined)
    if (this.#ending.signal.aborted) return
    const decided = this.#ask({ ...job, isChecked: true }, { kind: 'taken', existing })
    if (decided !== undefined) this.#waiting.unshift(decided)
  }

  /** @returns the job as an earlier decision for all files lets it go on */
  #ask(job: Job, question: Question): Job | undefined {
    const decision = this.#standing.get(question.kind)
    if (decision !== undefined) return this.#decided(job, question, decision)
    this.#asked.set(job, question)
    this.#onChange(job.number, { state: 'asked', share: 0, question })
    return undefined
  }

  #decided(job: Job, { kind }: Question, decision: Decision): Job | undefined {
    if (decision === 'skip') return void this.#skip(job, undefined)
    // The name of a file with known bytes may be taken as well, which is another question.
    return kind === 'known' ? job : { ...job, onConflict: decision }
  }

  #skip(job: Job, reason: string | undefined): void {
    this.#end(job, { state: 'skipped', share: 0, reason, question: undefined })
  }

  #fail(job: Job, reason: string): void {
    this.#failed.push(job)
    this.#end(job, { state: 'failed', reason })
  }

  /** Files with the same bytes are looked at again: the gallery may have them by now. */
  #end({ number }: Job, change: Partial<Upload>): void {
    this.#onChange(number, change)
    this.#waiting.unshift(...this.#copies.release(number))
  }

  async #tryAgain(job: Job, reason: string): Promise<void> {
    // Others first: the cause may lie in this file.
    this.#waiting.push({ ...job, tries: job.tries + 1 })
    this.#onChange(job.number, { state: 'waiting', share: 0, reason })
    await new Promise((resolve) => setTimeout(resolve, RETRY_AFTER_MS))
  }
}

/** The path that the server gives a file if its name is free. */
function pathOf({ file, directory }: Job): string {
  return directory === '.' ? file.name : `${directory}/${file.name}`
}

function reasonOf(error: unknown, file: File): string {
  const code = error instanceof ApiError ? error.code : undefined
  if (code === 'too_large_for_proxy') return viewMessages.uploading.tooLargeForProxy(bytes(file.size))
  if (code === 'not_signed_in') return messages.upload.signedOut
  return error instanceof Error ? error.message : String(error)
}
