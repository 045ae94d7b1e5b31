import type { Catalog, Image } from '../catalog/catalog.ts'
import type { EmbedderClient } from '../embedding/process/embedder-client.ts'
import { DomainError } from '../errors.ts'
import type { EventBus, IndexProgress } from '../events.ts'
import type { GalleryFiles } from '../gallery/gallery-files.ts'
import type { ImageReader } from '../gallery/image-reader.ts'
import type { ThumbnailStore } from '../gallery/thumbnails.ts'
import { TIMINGS, type Timings } from '../timings.ts'
import type { FileOutcome, FileVersion } from './file-version.ts'
import { createProgressMeter, type ProgressMeter } from './progress.ts'
import { FileQueue, type QueuedFile } from './queue.ts'
import { FileFailure, type ReadFile, readFile } from './read-stage.ts'
import type { IndexingPause } from './storage-monitor.ts'
import { StoreStage } from './store-stage.ts'

export type { FileOutcome, FileVersion } from './file-version.ts'

export interface IndexerOptions {
  files: GalleryFiles
  catalog: Catalog
  embedder: EmbedderClient
  reader: ImageReader
  events: EventBus
  thumbnails: ThumbnailStore
  maxFileBytes: number
  batchSize: number
  /** Whether images have vectors of their windows. */
  hasWindows?: boolean | undefined
  /** While a search runs, files are read one at a time, so that it does not wait for indexing. */
  isSearching: () => boolean
  onError: (message: string, error: unknown) => void
  /** Called with paths whose files differ from their rows. */
  onChanged: (paths: string[]) => void
  timings?: Timings | undefined
  /** While it has a problem, nothing is indexed. */
  storage?: IndexingPause | undefined
}

/** Accepts files to be indexed. */
export interface IndexQueue {
  /** Adds files. A version that waits or is in progress already is not added again, unless it is to be reread. */
  enqueue(files: Iterable<FileVersion>): void
  readonly pending: number
  /** Whether nothing is pending, except for files that have been written to for long. */
  readonly isIdle: boolean
  progress(): IndexProgress
  /** Resolves when it is idle. */
  idle(): Promise<void>
}

export interface Indexer extends IndexQueue {
  /** Adds a file as `enqueue` does. @returns its outcome, when that is certain */
  index(file: FileVersion): Promise<FileOutcome>
  /**
   * Indexes one file before all others.
   * @throws {DomainError} the reason why it can't be indexed
   */
  indexNow(path: string): Promise<Image>
  /**
   * Stores a file that another catalog had indexed under an id. With its vector, it is not embedded again; otherwise, or if its windows
   * are needed, it is embedded later with others.
   * @param vector unit length
   * @throws {DomainError} the reason why it can't be indexed
   */
  adopt(path: string, known: { id: string; vector?: Float32Array | undefined }): Promise<void>
  /**
   * Embeds a file without storing anything.
   * @returns undefined if there is no such file, or the embedder fails on it
   * @throws {FileFailure} if the file is no image that can be read
   */
  embedFile(path: string): Promise<Float32Array | undefined>
  /** Leaves files that wait to the next start, and waits for those in progress. */
  close(): Promise<void>
}

/** A file that was read and waits to be stored, with the version that was queued: it may have changed before it was read. */
type ReadyFile = ReadFile & { queued: FileVersion | undefined }

/** While one batch is embedded, another is stored. */
const MAX_CONCURRENT_BATCHES = 2
const MAX_BATCHES_AHEAD = 3
/** Files are held in memory while they are decoded. Above this sum of sizes, no further file is begun. */
const MAX_BYTES_DECODING = 512 * 1024 ** 2

export function createIndexer(options: IndexerOptions): Indexer {
  return new StagedIndexer(options)
}

/** Turns files into rows with vectors. While one batch is embedded and stored, the files of the next are read. */
class StagedIndexer implements Indexer {
  readonly #options: IndexerOptions
  readonly #meter: ProgressMeter
  readonly #queue = new FileQueue()
  readonly #store: StoreStage
  #ready: ReadyFile[] = []
  /** Files that are being read, and the sum of their sizes. */
  #reading = { files: 0, bytes: 0 }
  /** Batches that are being stored, and their files. */
  #storing = { batches: 0, files: 0 }
  #idleWaiters: (() => void)[] = []
  #isClosed = false

  constructor(options: IndexerOptions) {
    this.#options = options
    this.#meter = createProgressMeter(options.events)
    this.#store = new StoreStage({
      ...options,
      isClosed: () => this.#isClosed,
      onFailed: () => this.#meter.add(0, 1, Math.max(0, this.pending - 1)),
      onUnembedded: (paths) => {
        for (const path of paths) this.#queue.addPath(path)
      },
    })
    options.storage?.onResumed(() => this.#pump())
  }

  get pending(): number {
    return this.#queue.size + this.#reading.files + this.#ready.length + this.#storing.files
  }

  get isIdle(): boolean {
    const { growingMs } = this.#options.timings ?? TIMINGS
    const inProgress = this.#reading.files + this.#ready.length + this.#storing.files
    return inProgress === 0 && this.#queue.isIdle(growingMs)
  }

  progress(): IndexProgress {
    return { ...this.#meter.current(), pending: this.pending }
  }

  enqueue(files: Iterable<FileVersion>): void {
    if (this.#isClosed) return
    for (const file of files) this.#queue.add(file)
    this.#meter.add(0, 0, this.pending)
    this.#pump()
  }

  index(file: FileVersion): Promise<FileOutcome> {
    if (this.#isClosed) return Promise.resolve({ left: 'closed' })
    const outcome = this.#queue.waitFor(file)
    this.enqueue([file])
    return outcome
  }

  async indexNow(path: string): Promise<Image> {
    const read = await readFile(this.#options, path, { skipSettleCheck: true, isReread: false }).catch(
      (error) => {
        this.#failIfDueToStorage(error)
        throw error
      },
    )
    if (read === 'gone') throw new DomainError('image_not_found', `There is no file ${JSON.stringify(path)}.`)
    if (read === 'unsettled')
      throw new DomainError(
        'conflict',
        `The file ${JSON.stringify(path)} is being changed by another request.`,
      )
    const { stored, failed } = await this.#store.store([read], 'query').catch((error) => {
      this.#failIfDueToStorage(error)
      throw error
    })
    if (failed[0] !== undefined) throw failed[0].reason
    this.#options.events.emit('imagesUpdated', { count: stored.length, toIndex: this.pending })
    return (await this.#options.catalog.images.get(stored[0]!.id))!
  }

  async adopt(
    path: string,
    { id, vector }: { id: string; vector?: Float32Array | undefined },
  ): Promise<void> {
    const read = await readFile(this.#options, path, { skipSettleCheck: true, isReread: false })
    if (typeof read === 'string')
      throw new DomainError('image_not_found', `There is no file ${JSON.stringify(path)}.`)
    const record = { ...read.record, id, vector: this.#options.hasWindows ? undefined : vector }
    const { failed } = await this.#store.store([{ record, image: undefined, windows: [] }], 'bulk')
    if (failed[0] !== undefined) throw failed[0].reason
    this.#pump()
  }

  async embedFile(path: string): Promise<Float32Array | undefined> {
    const read = await readFile(this.#options, path, { skipSettleCheck: true, isReread: true })
    if (typeof read === 'string' || read.image === undefined) return undefined
    const [embedding] = await this.#options.embedder.embed([read.image], 'photo', 'bulk')
    return embedding instanceof Float32Array ? embedding : undefined
  }

  async idle(): Promise<void> {
    if (!this.isIdle) await new Promise<void>((resolve) => this.#idleWaiters.push(resolve))
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#queue.close()
    // Content that has been read is stored if possible, even while the storage has a problem.
    this.#pump()
    await this.idle()
  }

  /** Starts all work that can be started. Called whenever some has been added or has ended. */
  #pump(): void {
    while (this.#canRead()) this.#startReading(this.#queue.next())
    while (this.#canStore()) this.#startStoring(this.#ready.splice(0, this.#options.batchSize))
    if (!this.isIdle) return
    if (this.pending === 0) this.#meter.add(0, 0, 0)
    for (const resolve of this.#idleWaiters.splice(0)) resolve()
  }

  #canRead(): boolean {
    const { reader, batchSize, isSearching, storage } = this.#options
    if (storage?.problem !== undefined && !this.#isClosed) return false
    const width = isSearching() ? 1 : reader.width
    const hasRoom = this.#reading.files < width && this.#reading.bytes < MAX_BYTES_DECODING
    return hasRoom && !this.#queue.isEmpty && this.#ready.length < batchSize * MAX_BATCHES_AHEAD
  }

  #canStore(): boolean {
    if (this.#ready.length === 0 || this.#storing.batches >= MAX_CONCURRENT_BATCHES) return false
    if (this.#options.storage?.problem !== undefined && !this.#isClosed) return false
    const isLast = this.#reading.files === 0 && this.#queue.isEmpty
    return isLast || this.#ready.length >= this.#options.batchSize
  }

  #startReading(file: QueuedFile): void {
    const bytes = file.version?.bytes ?? 0
    this.#reading.files++
    this.#reading.bytes += bytes
    void this.#read(file).finally(() => {
      this.#reading.files--
      this.#reading.bytes -= bytes
      this.#pump()
    })
  }

  async #read(file: QueuedFile): Promise<void> {
    const { path, version } = file
    try {
      const { isReread = false, sidecar } = version ?? {}
      const options = { skipSettleCheck: false, isReread, sidecar }
      const read = await readFile(this.#options, path, options)
      if (read !== 'unsettled') this.#queue.settled(path)
      if (typeof read === 'object' && !this.#isClosed) {
        this.#queue.begin(read.record)
        this.#ready.push({ ...read, queued: version })
        return
      }
      this.#queue.end(version)
      if (read !== 'unsettled') this.#queue.resolve(version, read === 'gone' ? 'gone' : { left: 'closed' })
      else if (!this.#isClosed) this.#retryLater(file)
    } catch (error) {
      this.#queue.settled(path)
      this.#queue.end(version)
      if (this.#isClosed) return
      const failed = error instanceof FileFailure ? error.version : undefined
      const outcome = this.#isDueToStorage(error)
        ? { left: error }
        : await this.#store.recordFailure(path, error, failed)
      if (isLeft(outcome) && this.#isDueToStorage(outcome.left)) this.#queueAgain(file)
      else this.#queue.resolve(version, outcome)
    }
  }

  /** A caller of `index` is not kept waiting while a large file is copied. */
  #retryLater(file: QueuedFile): void {
    const { settleMs, unsettledMs } = this.#options.timings ?? TIMINGS
    if (this.#queue.isOverdue(file.version, unsettledMs)) {
      this.#queue.settled(file.path)
      this.#queue.resolve(file.version, 'unsettled')
    } else this.#queue.retryLater(file, settleMs, () => this.#pump())
  }

  /** A file is not to blame for a full disk: it is indexed when the problem is over. */
  #isDueToStorage(error: unknown): boolean {
    return !this.#isClosed && (this.#options.storage?.report(error) ?? false)
  }

  /** @throws {DomainError} `storage_unavailable` instead of an error that is due to the storage */
  #failIfDueToStorage(error: unknown): void {
    const { storage } = this.#options
    if (!storage?.report(error) || storage.problem === undefined) return
    throw new DomainError('storage_unavailable', storage.problem.message, { cause: error })
  }

  #queueAgain({ path, version }: QueuedFile): void {
    if (version === undefined) this.#queue.addPath(path)
    else this.#queue.add(version)
  }

  #startStoring(batch: ReadyFile[]): void {
    this.#storing.batches++
    this.#storing.files += batch.length
    void this.#storeBatch(batch).then((outcome) => {
      const isDueToStorage = isLeft(outcome) && this.#isDueToStorage(outcome.left)
      for (const { record, queued } of batch) {
        this.#queue.end(record)
        this.#queue.end(queued)
        if (isDueToStorage) {
          this.#queueAgain({ path: record.path, version: queued })
          continue
        }
        this.#queue.resolve(queued, outcome)
        this.#queue.resolve(record, outcome)
      }
      this.#storing.batches--
      this.#storing.files -= batch.length
      this.#pump()
    })
  }

  async #storeBatch(batch: readonly ReadyFile[]): Promise<FileOutcome> {
    try {
      const { stored, failed } = await this.#store.store(batch, 'bulk')
      const left = this.pending - batch.length
      this.#meter.add(stored.length, 0, left)
      this.#options.events.emit('imagesIndexed', { count: stored.length, toIndex: left })
      for (const { record, reason } of failed) await this.#store.recordFailure(record.path, reason, record)
      return 'done'
    } catch (error) {
      if (this.#isClosed) return { left: 'closed' }
      if (this.#isDueToStorage(error)) return { left: error }
      const outcomes: FileOutcome[] = []
      for (const { record } of batch)
        outcomes.push(await this.#store.recordFailure(record.path, error, record))
      return outcomes.find((outcome) => outcome !== 'done') ?? 'done'
    }
  }
}

function isLeft(outcome: FileOutcome): outcome is { left: unknown } {
  return typeof outcome === 'object'
}
