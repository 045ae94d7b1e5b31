import { setTimeout as sleep } from 'node:timers/promises'
import type { Catalog, Image, ImageRecord, PutResult } from '../catalog/catalog.ts'
import type { EmbedderClient, Priority } from '../embedding/process/supervisor.ts'
import { DomainError } from '../errors.ts'
import type { EventBus, IndexProgress } from '../events.ts'
import type { ImageFile } from '../gallery/image-file.ts'
import type { ImageReader } from '../gallery/image-reader.ts'
import type { IncludeRules } from '../gallery/include.ts'
import { toAbsolute } from '../gallery/paths.ts'
import type { RgbImage } from '../gallery/resample.ts'
import { type FileStat, statFile } from '../gallery/stat-file.ts'
import type { ThumbnailStore } from '../gallery/thumbnails.ts'
import { hashOfFile } from '../hashing.ts'
import { TIMINGS, type Timings } from '../timings.ts'
import { createProgressMeter } from './progress.ts'
import { removeUnusedContent } from './unused-content.ts'

export interface IndexerOptions {
  root: string
  catalog: Catalog
  embedder: EmbedderClient
  reader: ImageReader
  events: EventBus
  thumbnails: ThumbnailStore
  walk: IncludeRules
  maxFileBytes: number
  batchSize: number
  /** While somebody searches, files are read one at a time: a person never waits for the folder. */
  isSearching: () => boolean
  onError: (message: string, error: unknown) => void
  /** Paths that are something else by now than what was stored of them. */
  onChanged: (paths: string[]) => void
  timings?: Timings | undefined
}

/** What became of a file: `gone` before it could be read, `left` for a reason that is not its own. */
export type FileOutcome = 'done' | 'gone' | { left: unknown }

/** Where files wait to be indexed. */
export interface IndexQueue {
  /** Files that are to be looked at; one that waits or is under way already, unchanged, is not added again. */
  enqueue(files: Iterable<FileVersion>): void
  readonly pending: number
  progress(): IndexProgress
  /** Resolves when nothing is pending. */
  idle(): Promise<void>
}

export interface Indexer extends IndexQueue {
  /** As `enqueue`, and tells what has become of the file. */
  index(file: FileVersion): Promise<FileOutcome>
  /**
   * Indexes one file before all others.
   * @throws {DomainError} the reason why it can't be indexed
   */
  indexNow(path: string): Promise<Image>
  /** Leaves what is pending to the next start and waits for what is under way. */
  close(): Promise<void>
}

/** A file as it is now; changed, it is another version. */
export type FileVersion = Pick<FileStat, 'path' | 'bytes' | 'modifiedAt'>

/** A file read and decoded; `image` is absent if the vector of its bytes is known. */
interface ReadFile {
  record: ImageRecord
  image: RgbImage | undefined
}

/** One that waits to be stored, with the version that was asked for: it may have been changed before it was read. */
type Waiting = ReadFile & { version: string }

/** A database server that is away for longer is no reason to hold on to what could not be stored. */
const UNAVAILABLE_TIMEOUT_MS = 120_000
/** While one batch is embedded, another is stored. */
const MAX_CONCURRENT_BATCHES = 2
const MAX_BATCHES_AHEAD = 3
/** Files are held as a whole while they are decoded: no further one is begun while so much is under way. */
const MAX_BYTES_DECODING = 512 * 1024 ** 2

/** Files in, rows with vectors out. Decoding of the next batch goes on while one is embedded and stored. */
export function createIndexer(options: IndexerOptions): Indexer {
  const { root, catalog, embedder, reader, events, thumbnails, walk, maxFileBytes, batchSize } = options
  const { isSearching, timings = TIMINGS } = options
  const meter = createProgressMeter(events)
  /** Paths, and the version of each that is to be read. */
  const waiting = new Map<string, string>()
  /** One walk through them: to begin anew for each would pass by all that have been taken, and cost seconds for 100,000. */
  let upcoming = waiting.entries()
  const inProgress = new Set<string>()
  const unsettled = new Map<string, { timer: NodeJS.Timeout; version: string }>()
  let decoding = 0
  let bytesDecoding = 0
  let batches = 0
  let storing = 0
  let ready: Waiting[] = []
  /** By version: who wants to know what becomes of it. */
  const waiters = new Map<string, ((outcome: FileOutcome) => void)[]>()
  let isClosed = false
  let idleWaiters: (() => void)[] = []

  return {
    enqueue,

    index(file) {
      if (isClosed) return Promise.resolve({ left: 'closed' })
      return new Promise((resolve) => {
        const version = versionKey(file)
        waiters.set(version, [...(waiters.get(version) ?? []), resolve])
        enqueue([file])
      })
    },

    async indexNow(path) {
      const prepared = await prepare(path, true)
      const name = JSON.stringify(path)
      if (prepared === 'gone') throw new DomainError('image_not_found', `There is no file ${name}.`)
      if (prepared === 'unsettled')
        throw new DomainError('conflict', `The file ${name} is being changed by somebody else.`)
      const { stored, failed } = await store([prepared], 'query')
      if (failed[0] !== undefined) throw failed[0].reason
      return (await catalog.images.get(stored[0]!.id))!
    },

    get pending() {
      return pending()
    },

    progress: () => ({ ...meter.current(), pending: pending() }),

    idle() {
      return pending() === 0 ? Promise.resolve() : new Promise((resolve) => idleWaiters.push(resolve))
    },

    async close() {
      isClosed = true
      waiting.clear()
      for (const version of waiters.keys()) resolveWaiters(version, { left: 'closed' })
      for (const { timer } of unsettled.values()) clearTimeout(timer)
      unsettled.clear()
      if (pending() > 0) await new Promise<void>((resolve) => idleWaiters.push(resolve))
    },
  }

  function enqueue(files: Iterable<FileVersion>): void {
    if (isClosed) return
    for (const file of files) {
      const version = versionKey(file)
      if (inProgress.has(version)) continue
      const earlier = waiting.get(file.path)
      waiting.set(file.path, version)
      // The newer version is what will be read.
      if (earlier !== undefined && earlier !== version) resolveWaiters(earlier, 'done')
    }
    meter.add(0, 0, pending())
    pump()
  }

  function resolveWaiters(version: string, outcome: FileOutcome): void {
    const resolvers = waiters.get(version)
    if (resolvers === undefined) return
    waiters.delete(version)
    for (const resolve of resolvers) resolve(outcome)
  }

  function pending(): number {
    return waiting.size + unsettled.size + decoding + ready.length + storing
  }

  /** Starts whatever can be started; called whenever something has ended. */
  function pump(): void {
    const width = isSearching() ? 1 : reader.width
    const hasRoom = () => decoding < width && bytesDecoding < MAX_BYTES_DECODING
    while (hasRoom() && waiting.size > 0 && ready.length < batchSize * MAX_BATCHES_AHEAD) {
      const [path, version] = takeNext()
      const bytes = bytesOf(version)
      inProgress.add(version)
      decoding++
      bytesDecoding += bytes
      void takeFile(path, version).finally(() => {
        decoding--
        bytesDecoding -= bytes
        pump()
      })
    }
    const nothingComes = decoding === 0 && waiting.size === 0
    while (
      batches < MAX_CONCURRENT_BATCHES &&
      (ready.length >= batchSize || (ready.length > 0 && nothingComes))
    ) {
      const batch = ready.slice(0, batchSize)
      ready = ready.slice(batchSize)
      batches++
      storing += batch.length
      void storeBatch(batch).then((outcome) => {
        for (const { record, version } of batch) {
          inProgress.delete(versionKey(record))
          inProgress.delete(version)
          resolveWaiters(version, outcome)
          resolveWaiters(versionKey(record), outcome)
        }
        batches--
        storing -= batch.length
        pump()
      })
    }
    if (pending() === 0) {
      meter.add(0, 0, 0)
      for (const resolve of idleWaiters) resolve()
      idleWaiters = []
    }
  }

  function takeNext(): [path: string, version: string] {
    let next = upcoming.next()
    if (next.done) {
      upcoming = waiting.entries()
      next = upcoming.next()
    }
    waiting.delete(next.value![0])
    return next.value!
  }

  async function takeFile(path: string, version: string): Promise<void> {
    try {
      const prepared = await prepare(path, false)
      if (typeof prepared === 'object' && !isClosed) {
        inProgress.add(versionKey(prepared.record))
        ready.push({ ...prepared, version })
        return
      }
      inProgress.delete(version)
      if (prepared === 'unsettled') retryWhenSettled(path, version)
      else resolveWaiters(version, prepared === 'gone' ? 'gone' : { left: 'closed' })
    } catch (error) {
      inProgress.delete(version)
      if (isClosed) return
      resolveWaiters(
        version,
        await recordFailure(path, error, error instanceof FileFailure ? error.version : undefined),
      )
    }
  }

  function retryWhenSettled(path: string, version: string): void {
    if (isClosed) return
    const earlier = unsettled.get(path)
    if (earlier !== undefined) {
      clearTimeout(earlier.timer)
      if (earlier.version !== version) resolveWaiters(earlier.version, 'done')
    }
    const timer = setTimeout(() => {
      unsettled.delete(path)
      // A newer version may wait by now.
      const newer = waiting.get(path)
      if (newer === undefined) waiting.set(path, version)
      else if (newer !== version) resolveWaiters(version, 'done')
      pump()
    }, timings.settleMs)
    unsettled.set(path, { timer, version })
  }

  /** Reads a file; its bytes are decoded only if their vector is not known. */
  async function prepare(path: string, skipSettleCheck: boolean): Promise<ReadFile | 'gone' | 'unsettled'> {
    let file = await reader.read({ path, skipSettleCheck, forceDecode: false })
    if (file.state === 'seen') {
      const known = await catalog.images.contentInfo(file.contentHash)
      if (known?.hasVector) return { record: { ...recordOf(file), ...sizeOf(known) }, image: undefined }
      file = await reader.read({ path, skipSettleCheck, forceDecode: true })
    }
    if (file.state === 'gone' || file.state === 'unsettled') return file.state
    if (file.state === 'failed') throw new FileFailure(file)
    if (file.state === 'seen') throw new Error('a file that was to be decoded was not')
    return { record: { ...recordOf(file), ...sizeOf(file) }, image: file.image }
  }

  async function storeBatch(batch: Waiting[]): Promise<FileOutcome> {
    try {
      const { stored, failed } = await store(batch, 'bulk')
      const left = pending() - batch.length
      meter.add(stored.length, 0, left)
      events.emit('imagesIndexed', { count: stored.length, toIndex: left })
      for (const { record, reason } of failed) await recordFailure(record.path, reason, record)
      return 'done'
    } catch (error) {
      if (isClosed) return { left: 'closed' }
      const outcomes: FileOutcome[] = []
      for (const { record } of batch) outcomes.push(await recordFailure(record.path, error, record))
      return outcomes.find((outcome) => outcome !== 'done') ?? 'done'
    }
  }

  /** Embeds what has no vector yet and stores it; an image that the embedder can't do anything with is left out. */
  async function store(
    batch: ReadFile[],
    priority: Priority,
  ): Promise<{ stored: PutResult[]; failed: { record: ImageRecord; reason: DomainError }[] }> {
    // A file that was saved twice may be in it with both versions.
    const newest = new Map(batch.map((prepared) => [prepared.record.path, prepared.record]))
    const toEmbed = await unembedded(batch.filter(({ image }) => image !== undefined))
    const embeddings =
      toEmbed.length === 0
        ? []
        : await embedder.embed(
            toEmbed.map(({ image }) => image!),
            'photo',
            priority,
          )
    const byContent = new Map(toEmbed.map(({ record }, n) => [record.contentHash, embeddings[n]!]))
    const failed: { record: ImageRecord; reason: DomainError }[] = []
    for (const { record } of batch) {
      const embedding = byContent.get(record.contentHash)
      if (embedding instanceof DomainError) failed.push({ record, reason: embedding })
      else record.vector = embedding
    }
    const isFailed = new Set(failed.map(({ record }) => record))
    const records = [...newest.values()].filter((record) => !isFailed.has(record))
    const stored = await retryWhileUnavailable(() => catalog.images.upsert(records))
    for (const [n, { isNew, isChanged }] of stored.entries()) {
      const { path, createdAt, modifiedAt } = records[n]!
      if (isNew) events.emit('fileCreated', { path, createdAt })
      else if (isChanged) events.emit('fileModified', { path, modifiedAt })
    }
    const replaced = stored.flatMap((result) => result.replaced ?? [])
    if (replaced.length > 0) await removeUnusedContent(catalog, thumbnails, replaced)
    for (const [n, { needsEmbedding }] of stored.entries())
      if (needsEmbedding && !waiting.has(records[n]!.path)) waiting.set(records[n]!.path, '')
    await reportChanged(records)
    return { stored, failed }
  }

  /** What has been embedded is kept while a database server is away for a moment. */
  async function retryWhileUnavailable<T>(work: () => Promise<T>): Promise<T> {
    const start = performance.now()
    for (;;) {
      try {
        return await work()
      } catch (error) {
        const waitS = error instanceof DomainError ? error.retryAfterS : undefined
        if (waitS === undefined || isClosed || performance.now() - start > UNAVAILABLE_TIMEOUT_MS) throw error
        await sleep(waitS * 500)
      }
    }
  }

  /** One of each content that nobody has embedded yet: a copy, or what another process has done meanwhile, need not be again. */
  async function unembedded(decoded: ReadFile[]): Promise<ReadFile[]> {
    const unique = new Map(decoded.map((one) => [one.record.contentHash, one]))
    const known = await catalog.vectors.embeddedContents([...unique.keys()])
    for (const hash of known) unique.delete(hash)
    return [...unique.values()]
  }

  /** A file that was deleted or written to while it was read and embedded: whoever was told of that did not know of its row yet. */
  async function reportChanged(records: FailedVersion[]): Promise<void> {
    const now = await Promise.all(
      records.map(({ path }) => statFile(root, path, walk).catch(() => 'unknown' as const)),
    )
    const changed = records.filter(({ bytes, modifiedAt, inode }, n) => {
      const stat = now[n]
      // What can't be looked at just now is left to the next comparison.
      if (stat === 'unknown') return false
      const isSame = stat?.bytes === bytes && stat.modifiedAt === modifiedAt
      return !isSame || String(stat.inode) !== String(inode)
    })
    if (changed.length > 0) options.onChanged(changed.map(({ path }) => path))
  }

  async function recordFailure(path: string, error: unknown, version?: FailedVersion): Promise<FileOutcome> {
    if (!(error instanceof DomainError) || error.code === 'unavailable') {
      // A full disk or a lost drive is no fault of the file: it is left for the next comparison.
      options.onError(`indexing ${JSON.stringify(path)}`, error)
      meter.add(0, 1, Math.max(0, pending() - 1))
      return { left: error }
    }
    try {
      const stat = version ?? (await versionNow(path))
      if (stat === undefined) return 'gone'
      const gone = await catalog.failures.put({
        path,
        bytes: stat.bytes,
        modifiedAt: stat.modifiedAt,
        inode: String(stat.inode),
        contentHash: stat.contentHash,
        code: error.code,
        reason: error.message,
        failedAt: Date.now(),
      })
      meter.add(0, 1, Math.max(0, pending() - 1))
      if (gone !== undefined) {
        events.emit('fileDeleted', { path })
        await removeUnusedContent(catalog, thumbnails, [gone])
      }
      events.emit('fileFailed', { path })
      await reportChanged([{ ...stat, path }])
      return 'done'
    } catch (failure) {
      options.onError(`recording the failure of ${JSON.stringify(path)}`, failure)
      return { left: failure }
    }
  }

  /** Of a file that could not even be read as usual. */
  async function versionNow(path: string): Promise<FailedVersion | undefined> {
    const stat = await statFile(root, path, walk)
    if (stat === undefined) return undefined
    const canBeRead = stat.bytes <= maxFileBytes
    const contentHash = canBeRead
      ? await hashOfFile(toAbsolute(root, path)).catch(() => undefined)
      : undefined
    return { ...stat, contentHash }
  }
}

/** A file that can't be indexed, as it was when it was read. */
class FileFailure extends DomainError {
  readonly version: FailedVersion

  constructor({ stat, contentHash, code, reason }: Extract<ImageFile, { state: 'failed' }>) {
    super(code, reason)
    this.version = { ...stat, contentHash }
  }
}

/** What a file was when it could not be indexed: another version is tried again. */
interface FailedVersion {
  path: string
  bytes: number
  modifiedAt: number
  inode: bigint | string
  contentHash: string | undefined
}

function versionKey({ path, bytes, modifiedAt }: FileVersion): string {
  return `${bytes} ${modifiedAt} ${path}`
}

/** 0 if the version is not known yet. */
function bytesOf(version: string): number {
  return Number(version.slice(0, version.indexOf(' ') + 1))
}

function recordOf({ stat, contentHash }: { stat: FileStat; contentHash: string }) {
  const { path, bytes, createdAt, modifiedAt, inode } = stat
  return { path, bytes, createdAt, modifiedAt, inode: String(inode), contentHash, vector: undefined }
}

function sizeOf({ width, height, contentType }: { width: number; height: number; contentType: string }) {
  return { width, height, contentType }
}
