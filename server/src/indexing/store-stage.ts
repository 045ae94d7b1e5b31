import { setTimeout as sleep } from 'node:timers/promises'
import type { Catalog, ImageRecord, PutResult } from '../catalog/catalog.ts'
import { isRefusedValue } from '../database/refused-values.ts'
import type { EmbedderClient, Embedding, Priority } from '../embedding/process/embedder-client.ts'
import { DomainError, isExternal, messageOf } from '../errors.ts'
import type { EventBus } from '../events.ts'
import type { GalleryFiles } from '../gallery/gallery-files.ts'
import type { ThumbnailStore } from '../gallery/thumbnails.ts'
import { WINDOW_WEIGHT } from '../gallery/windows.ts'
import type { FileOutcome } from './file-version.ts'
import type { FailedVersion, ReadFile } from './read-stage.ts'
import { replaceByFailure } from './replace-by-failure.ts'
import { removeUnusedContent } from './unused-content.ts'

export interface StoreStageOptions {
  files: GalleryFiles
  catalog: Catalog
  embedder: EmbedderClient
  events: EventBus
  thumbnails: ThumbnailStore
  maxFileBytes: number
  onError: (message: string, error: unknown) => void
  /** Called with paths whose files differ from their rows. */
  onChanged: (paths: string[]) => void
  /** Called with paths whose rows have no vector: their content lost it since the file was read. */
  onUnembedded(paths: string[]): void
  /** Called for each file that failed. */
  onFailed(): void
  isClosed(): boolean
}

/** An image that the embedder or the catalog refused, with the reason. */
export interface FailedImage {
  record: ImageRecord
  reason: DomainError
}

/** Time for which embedded images are kept while the database server is unavailable. */
const UNAVAILABLE_TIMEOUT_MS = 120_000

/** Embeds images and stores their rows. */
export class StoreStage {
  readonly #options: StoreStageOptions

  constructor(options: StoreStageOptions) {
    this.#options = options
  }

  /** Embeds images whose content has no vector yet, and stores all but those that the embedder or the catalog refuses. */
  async store(
    batch: readonly ReadFile[],
    priority: Priority,
  ): Promise<{ stored: PutResult[]; failed: FailedImage[] }> {
    const failed = await this.#embed(batch, priority)
    const isFailed = new Set(failed.map(({ record }) => record))
    // A file that was saved twice may be in the batch with both versions.
    const newest = new Map(batch.map(({ record }) => [record.path, record]))
    const records = [...newest.values()].filter((record) => !isFailed.has(record))
    const { stored, kept, refused } = await this.#upsert(records)
    await this.#afterStore(kept, stored)
    return { stored, failed: [...failed, ...refused] }
  }

  /** Stores records together. If the catalog refuses the values of one, the others are stored without it. */
  async #upsert(
    records: readonly ImageRecord[],
  ): Promise<{ stored: PutResult[]; kept: readonly ImageRecord[]; refused: FailedImage[] }> {
    try {
      const stored = await this.#retryWhileUnavailable(() =>
        this.#options.catalog.images.upsert([...records]),
      )
      return { stored, kept: records, refused: [] }
    } catch (error) {
      if (!isRefusedValue(error)) throw error
      const [record] = records
      if (record !== undefined && records.length === 1)
        return { stored: [], kept: [], refused: [{ record, reason: refusedRecord(error) }] }
    }
    const parts = []
    for (const record of records) parts.push(await this.#upsert([record]))
    return {
      stored: parts.flatMap(({ stored }) => stored),
      kept: parts.flatMap(({ kept }) => kept),
      refused: parts.flatMap(({ refused }) => refused),
    }
  }

  /** @param version the version that failed; read from the disk if it is not given */
  async recordFailure(path: string, error: unknown, version?: FailedVersion): Promise<FileOutcome> {
    const { catalog, events, thumbnails, onError, onFailed } = this.#options
    if (!(error instanceof DomainError) || isExternal(error)) {
      // A full disk or a lost drive is no fault of the file, which is left to the next scan.
      onError(`indexing ${JSON.stringify(path)}`, error)
      onFailed()
      return { left: error }
    }
    try {
      const stat = version ?? (await this.#versionNow(path))
      if (stat === undefined) return 'gone'
      const { bytes, modifiedAt, changedAt, contentHash } = stat
      const failure = {
        path,
        bytes,
        modifiedAt,
        changedAt,
        inode: String(stat.inode),
        contentHash,
        code: error.code,
        reason: error.message,
        failedAt: Date.now(),
      }
      await replaceByFailure(failure, { catalog, thumbnails, events })
      onFailed()
      await this.#reportChanged([{ ...stat, path }])
      return 'done'
    } catch (failure) {
      onError(`recording the failure of ${JSON.stringify(path)}`, failure)
      return { left: failure }
    }
  }

  /** Sets the vectors of the records. @returns the images that the embedder refused */
  async #embed(batch: readonly ReadFile[], priority: Priority): Promise<FailedImage[]> {
    const toEmbed = await this.#unembedded(batch.filter(({ image }) => image !== undefined))
    if (toEmbed.length === 0) return []
    const images = toEmbed.map(({ image }) => image!)
    const embeddings = await this.#options.embedder.embed(images, 'photo', priority)
    const byContent = new Map(toEmbed.map(({ record }, n) => [record.contentHash, embeddings[n]!]))
    const windows = await this.#embedWindows(toEmbed, byContent)
    const failed: FailedImage[] = []
    for (const { record } of batch) {
      const embedding = byContent.get(record.contentHash)
      if (embedding instanceof DomainError) failed.push({ record, reason: embedding })
      else {
        record.vector = embedding
        record.windows = windows.get(record.contentHash)
      }
    }
    return failed
  }

  /** @returns the vectors of the windows by content, one after the other. A window that is refused has the vector of its image. */
  async #embedWindows(
    images: readonly ReadFile[],
    wholes: ReadonlyMap<string, Embedding>,
  ): Promise<Map<string, Float32Array>> {
    const result = new Map<string, Float32Array>()
    for (const { record, windows } of images) {
      const whole = wholes.get(record.contentHash)
      if (windows.length === 0 || !(whole instanceof Float32Array)) continue
      // The queue of queries is short, and an image has up to 25 windows.
      const embedded = await this.#options.embedder.embed(windows, 'photo', 'bulk')
      const vectors = embedded.map((one) => (one instanceof Float32Array ? one : whole))
      const all = new Float32Array(vectors.length * whole.length)
      const weighted = vectors.map((vector) => vector.map((value) => WINDOW_WEIGHT * value))
      for (const [n, vector] of weighted.entries()) all.set(vector, n * whole.length)
      result.set(record.contentHash, all)
    }
    return result
  }

  /** Returns one image of each content without a vector: copies share it, and another process may have stored it meanwhile. */
  async #unembedded(decoded: readonly ReadFile[]): Promise<ReadFile[]> {
    const unique = new Map(decoded.map((one) => [one.record.contentHash, one]))
    const known = await this.#options.catalog.vectors.embeddedContents([...unique.keys()])
    for (const hash of known) unique.delete(hash)
    return [...unique.values()]
  }

  async #afterStore(records: readonly ImageRecord[], stored: readonly PutResult[]): Promise<void> {
    const { catalog, events, thumbnails, onUnembedded } = this.#options
    for (const [n, { isNew, isChanged }] of stored.entries()) {
      const { path, createdAt, modifiedAt } = records[n]!
      if (isNew) events.emit('fileCreated', { path, createdAt })
      else if (isChanged) events.emit('fileModified', { path, modifiedAt })
    }
    const replaced = stored.flatMap((result) => result.replaced ?? [])
    if (replaced.length > 0) await removeUnusedContent(catalog, thumbnails, replaced)
    onUnembedded(records.filter((_, n) => stored[n]!.needsEmbedding).map(({ path }) => path))
    await this.#reportChanged(records)
  }

  async #retryWhileUnavailable<T>(work: () => Promise<T>): Promise<T> {
    const start = performance.now()
    for (;;) {
      try {
        return await work()
      } catch (error) {
        const waitS = error instanceof DomainError ? error.retryAfterS : undefined
        const isLate = performance.now() - start > UNAVAILABLE_TIMEOUT_MS
        if (waitS === undefined || isLate || this.#options.isClosed()) throw error
        await sleep(waitS * 500)
      }
    }
  }

  /** Finds files that changed while they were embedded. Their change events arrived before the row existed. */
  async #reportChanged(records: readonly FailedVersion[]): Promise<void> {
    const { files, onChanged } = this.#options
    const now = await Promise.all(records.map(({ path }) => files.stat(path).catch(() => 'unknown' as const)))
    const changed = records.filter(({ bytes, modifiedAt, changedAt, inode }, n) => {
      const stat = now[n]
      // Without an answer of the disk, the file is left to the next scan.
      if (stat === 'unknown') return false
      const isSame = stat?.bytes === bytes && stat.modifiedAt === modifiedAt && stat.changedAt === changedAt
      return !isSame || String(stat.inode) !== String(inode)
    })
    if (changed.length > 0) onChanged(changed.map(({ path }) => path))
  }

  async #versionNow(path: string): Promise<FailedVersion | undefined> {
    const { files, maxFileBytes } = this.#options
    const stat = await files.stat(path)
    if (stat === undefined) return undefined
    const canBeRead = stat.bytes <= maxFileBytes
    return { ...stat, contentHash: canBeRead ? await files.hash(path) : undefined }
  }
}

function refusedRecord(error: unknown): DomainError {
  const message = `The catalog refuses a value of this file (${messageOf(error)}).`
  return new DomainError('image_unreadable', message, { cause: error })
}
