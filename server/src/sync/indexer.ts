import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import type { Catalog, Image, ImageRecord, PutResult } from '../catalog/catalog.ts'
import type { EmbeddingHost, Urgency } from '../embedding/host.ts'
import { DomainError, type ErrorCode, messageOf, systemCodeOf } from '../errors.ts'
import type { EventBus, IndexProgress } from '../events.ts'
import { type DecodeLimits, decodeImage } from '../gallery/decode.ts'
import { toAbsolute } from '../gallery/paths.ts'
import type { RgbImage } from '../gallery/resample.ts'
import { makeThumbnail, type ThumbnailStore } from '../gallery/thumbnails.ts'
import { type FileFacts, statFile } from '../gallery/walk.ts'
import { createProgressMeter } from './progress.ts'

export interface IndexerOptions {
  root: string
  catalog: Catalog
  host: EmbeddingHost
  thumbnails: ThumbnailStore
  events: EventBus
  batchSize: number
  limits: DecodeLimits & { maxFileBytes: number }
  onError: (message: string, error: unknown) => void
}

export interface Indexer {
  /** Paths that are to be looked at; one that waits already is not added again. */
  enqueue(paths: Iterable<string>): void
  /**
   * Indexes one file before all others.
   * @throws {DomainError} the reason why it can't be indexed
   */
  indexNow(path: string): Promise<Image>
  readonly pending: number
  progress(): IndexProgress
  /** Resolves when nothing is pending. */
  idle(): Promise<void>
  /** Leaves what is pending to the next start and waits for what is under way. */
  close(): Promise<void>
}

/** A file read and decoded; `image` is absent if the vector of its bytes is known. */
interface Prepared {
  record: ImageRecord
  image: RgbImage | undefined
}

/** A file changed more recently than this may still be written to. */
const SETTLE_MS = 400
/** More than there are cores: while one file is read, another is decoded and a third one's thumbnail is written. */
const DECODES_AT_ONCE = Math.min(16, 3 * availableParallelism())
/** While one batch is embedded, another is stored. */
const BATCHES_AT_ONCE = 2
const BATCHES_AHEAD = 3

/** Files in, rows with vectors out. Decoding of the next batch goes on while one is embedded and stored. */
export function createIndexer(options: IndexerOptions): Indexer {
  const { root, catalog, host, thumbnails, events, batchSize, limits } = options
  const meter = createProgressMeter(events)
  const waiting = new Set<string>()
  const settling = new Map<string, NodeJS.Timeout>()
  let decoding = 0
  let batches = 0
  let storing = 0
  let ready: Prepared[] = []
  let isClosed = false
  let idleWaiters: (() => void)[] = []

  return {
    enqueue(paths) {
      if (isClosed) return
      for (const path of paths) waiting.add(path)
      meter.add(0, 0, pending())
      advance()
    },

    async indexNow(path) {
      const facts = await statFile(root, path)
      if (facts === undefined)
        throw new DomainError('image_not_found', `There is no file ${JSON.stringify(path)}.`)
      const prepared = await prepare(facts, 'settled')
      if (prepared === undefined) {
        throw new DomainError(
          'conflict',
          `The file ${JSON.stringify(path)} is being changed by somebody else.`,
        )
      }
      const [result] = await store([prepared], 'query')
      return (await catalog.getImage(result!.id))!
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
      for (const timer of settling.values()) clearTimeout(timer)
      settling.clear()
      if (pending() > 0) await new Promise<void>((resolve) => idleWaiters.push(resolve))
    },
  }

  function pending(): number {
    return waiting.size + settling.size + decoding + ready.length + storing
  }

  /** Starts whatever can be started; called whenever something has ended. */
  function advance(): void {
    while (decoding < DECODES_AT_ONCE && waiting.size > 0 && ready.length < batchSize * BATCHES_AHEAD) {
      const [path] = waiting
      waiting.delete(path!)
      decoding++
      void takeFile(path!).finally(() => {
        decoding--
        advance()
      })
    }
    const nothingComes = decoding === 0 && waiting.size === 0
    while (batches < BATCHES_AT_ONCE && (ready.length >= batchSize || (ready.length > 0 && nothingComes))) {
      const batch = ready.slice(0, batchSize)
      ready = ready.slice(batchSize)
      batches++
      storing += batch.length
      void storeBatch(batch).finally(() => {
        batches--
        storing -= batch.length
        advance()
      })
    }
    if (pending() === 0) {
      meter.add(0, 0, 0)
      for (const resolve of idleWaiters) resolve()
      idleWaiters = []
    }
  }

  async function takeFile(path: string): Promise<void> {
    let facts: FileFacts | undefined
    try {
      facts = await statFile(root, path)
      if (facts === undefined) return
      const prepared = await prepare(facts, 'may be unsettled')
      if (prepared === undefined) settleLater(path)
      else if (isClosed) return
      else ready.push(prepared)
    } catch (error) {
      await recordFailure(path, facts, error)
    }
  }

  function settleLater(path: string): void {
    if (isClosed) return
    clearTimeout(settling.get(path))
    const timer = setTimeout(() => {
      settling.delete(path)
      waiting.add(path)
      advance()
    }, SETTLE_MS)
    settling.set(path, timer)
  }

  /**
   * Reads and decodes a file once, for hash, thumbnail and embedding together.
   * @returns undefined if the file is still being written
   */
  async function prepare(
    facts: FileFacts,
    state: 'settled' | 'may be unsettled',
  ): Promise<Prepared | undefined> {
    const age = Date.now() - facts.modifiedAt
    if (state === 'may be unsettled' && age >= 0 && age < SETTLE_MS) return undefined
    if (facts.bytes > limits.maxFileBytes) {
      throw new DomainError(
        'image_too_large',
        `The file is too large: ${facts.bytes} bytes, at most ${limits.maxFileBytes} are read (limits.max_file_bytes).`,
      )
    }
    const bytes = await readFile(toAbsolute(root, facts.path))
    const after = await statFile(root, facts.path)
    if (after?.bytes !== bytes.length || after.modifiedAt !== facts.modifiedAt) return undefined

    const contentHash = createHash('sha256').update(bytes).digest('hex')
    const base = {
      path: facts.path,
      bytes: facts.bytes,
      createdAt: facts.createdAt,
      modifiedAt: facts.modifiedAt,
      inode: String(facts.inode),
      contentHash,
      vector: undefined,
    }
    // Bytes that have been seen before have left a thumbnail; looking for it is cheaper than asking the catalog.
    const known = (await thumbnails.has(contentHash)) ? await catalog.contentFacts(contentHash) : undefined
    if (known?.hasVector) {
      const { width, height, contentType } = known
      return { record: { ...base, width, height, contentType }, image: undefined }
    }
    const { inputSize } = host
    const { size } = thumbnails
    const cover = {
      width: Math.max(inputSize.width, size.width),
      height: Math.max(inputSize.height, size.height),
    }
    const decoded = await decodeImage(bytes, cover, limits)
    await thumbnails.write(contentHash, await makeThumbnail(bytes, decoded, size))
    const { width, height, contentType, image } = decoded
    return { record: { ...base, width, height, contentType }, image }
  }

  async function storeBatch(batch: Prepared[]): Promise<void> {
    try {
      await store(batch, 'bulk')
      const left = pending() - batch.length
      meter.add(batch.length, 0, left)
      events.emit('imagesIndexed', { count: batch.length, toIndex: left })
    } catch (error) {
      if (isClosed) return
      if (batch.length === 1) {
        const { record } = batch[0]!
        await recordFailure(
          record.path,
          { ...record, inode: BigInt(record.inode) },
          error,
          record.contentHash,
        )
        return
      }
      // One picture must not take the others with it.
      for (const prepared of batch) await storeBatch([prepared])
    }
  }

  async function store(batch: Prepared[], urgency: Urgency): Promise<PutResult[]> {
    const toEmbed = batch.filter(({ image }) => image !== undefined)
    if (toEmbed.length > 0) {
      const vectors = await host.embed(
        toEmbed.map(({ image }) => image!),
        'photo',
        urgency,
      )
      for (const [n, { record }] of toEmbed.entries()) {
        record.vector = vectors.slice(n * host.dimensions, (n + 1) * host.dimensions)
      }
    }
    const results = await catalog.putImages(batch.map(({ record }) => record))
    for (const [n, { isNew }] of results.entries()) {
      const { path, createdAt, modifiedAt } = batch[n]!.record
      if (isNew) events.emit('fileCreated', { path, createdAt })
      else events.emit('fileModified', { path, modifiedAt })
    }
    return results
  }

  async function recordFailure(
    path: string,
    facts: FileFacts | undefined,
    error: unknown,
    contentHash?: string,
  ): Promise<void> {
    const isExpected = error instanceof DomainError || systemCodeOf(error) !== undefined
    if (!isExpected) options.onError(`indexing ${JSON.stringify(path)}`, error)
    if (systemCodeOf(error) === 'ENOENT') return
    try {
      await catalog.putFailure({
        path,
        bytes: facts?.bytes ?? 0,
        modifiedAt: facts?.modifiedAt ?? 0,
        inode: String(facts?.inode ?? 0),
        contentHash,
        ...reasonOf(error),
        failedAt: Date.now(),
      })
      meter.add(0, 1, Math.max(0, pending() - 1))
    } catch (failure) {
      options.onError(`recording the failure of ${JSON.stringify(path)}`, failure)
    }
  }
}

function reasonOf(error: unknown): { code: ErrorCode; reason: string } {
  if (error instanceof DomainError) return { code: error.code, reason: error.message }
  const code = systemCodeOf(error)
  if (code === 'EACCES' || code === 'EPERM') {
    return { code: 'image_unreadable', reason: 'The file may not be read: permission denied.' }
  }
  if (code !== undefined) return { code: 'image_unreadable', reason: `The file can't be read (${code}).` }
  return { code: 'image_unreadable', reason: messageOf(error) }
}
