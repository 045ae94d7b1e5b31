import { setTimeout as sleep } from 'node:timers/promises'
import { type AttributeTable, readAttributes } from '../catalog/attributes.ts'
import type { AttributesUpdate, Catalog, OutdatedCursor, OutdatedImage } from '../catalog/catalog.ts'
import { isExternal, messageOf } from '../errors.ts'
import type { ImageReader } from '../gallery/image-reader.ts'
import type { Log } from '../log.ts'
import type { IndexQueue } from './indexer.ts'

export interface BackfillOptions {
  catalog: Catalog
  reader: Pick<ImageReader, 'readMetadata' | 'width'>
  /** Indexing has priority. */
  indexer: Pick<IndexQueue, 'isIdle' | 'idle' | 'enqueue'>
  /** Searches have priority, too. */
  isSearching: () => boolean
  log: Log
  /** Replaces the attributes of images; tests add one. */
  attributes?: AttributeTable
}

/** Reads attributes that images lack because they were indexed by an earlier version. Nothing is embedded again. */
export interface Backfill {
  /** Starts in the background, unless it is running. Images that were in the trash may come back with an earlier version. */
  start(): void
  /** Number of images that are left; 0 while none are known. */
  readonly pending: number
  /** Resolves when it is not running. */
  idle(): Promise<void>
  close(): Promise<void>
}

const IMAGES_PER_SECTION = 200
const SEARCH_PAUSE_MS = 50
/** A drive that was absent may be back. */
const RETRY_INTERVAL_MS = 600_000

export function createBackfill(options: BackfillOptions): Backfill {
  return new AttributeBackfill(options)
}

/** Each section is stored before the next is read, so that it resumes after an interruption. */
class AttributeBackfill implements Backfill {
  readonly #options: BackfillOptions
  #pending = 0
  #isClosed = false
  /** Whether the last run has left images, or was ended by an error. */
  #hasFailed = false
  #endedAt = Number.NEGATIVE_INFINITY
  #running: Promise<void> | undefined

  constructor(options: BackfillOptions) {
    this.#options = options
  }

  get pending(): number {
    return this.#pending
  }

  start(): void {
    const isEarly = this.#hasFailed && performance.now() - this.#endedAt < RETRY_INTERVAL_MS
    if (this.#running !== undefined || this.#isClosed || isEarly) return
    this.#running = this.#run()
      .catch((error) => {
        this.#hasFailed = true
        if (!this.#isClosed) this.#options.log.warn(`Metadata could not be read: ${messageOf(error)}`)
      })
      .finally(() => {
        this.#running = undefined
        this.#endedAt = performance.now()
      })
  }

  async idle(): Promise<void> {
    await this.#running
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await this.#running
  }

  async #run(): Promise<void> {
    const { catalog, indexer, log } = this.#options
    const all = await catalog.images.countOutdated()
    this.#pending = all
    if (all > 0) log.info(`Reading metadata of ${all} images that were indexed by an earlier version.`)
    const start = performance.now()
    let left = 0
    for (let after: OutdatedCursor | undefined; !this.#isClosed; ) {
      await this.#yieldToOthers()
      const section = await catalog.images.outdated(after, IMAGES_PER_SECTION)
      if (section.length === 0) break
      // Copies share their attributes.
      const contents = [...new Map(section.map((image) => [image.contentHash, image])).values()]
      const updates = await this.#read(contents)
      // Copies with a sidecar may belong to other sections.
      indexer.enqueue(await catalog.images.setAttributes(updates))
      left += contents.length - updates.length
      after = section.at(-1)
      this.#pending = Math.max(0, this.#pending - section.length)
    }
    if (this.#isClosed) return
    this.#hasFailed = left > 0
    this.#pending = left
    const seconds = (performance.now() - start) / 1000
    const rate = Math.round((all - left) / Math.max(seconds, 0.001))
    if (all > 0)
      log.info(`Metadata of ${all - left} images has been read (${rate} per second); ${left} are left.`)
  }

  /** @returns updates of all images but those whose files are absent or have changed: they will be indexed or removed */
  async #read(contents: readonly OutdatedImage[]): Promise<AttributesUpdate[]> {
    const updates: AttributesUpdate[] = []
    const next = contents.values()
    const readAll = async () => {
      for (const image of next) {
        if (this.#isClosed) return
        const update = await this.#readOne(image)
        if (update !== undefined) updates.push(update)
      }
    }
    await Promise.all(Array.from({ length: this.#options.reader.width }, readAll))
    return updates
  }

  async #readOne(image: OutdatedImage): Promise<AttributesUpdate | undefined> {
    const { path, contentHash, bytes, modifiedAt, attributes } = image
    try {
      const { width, height, contentType } = attributes
      const known = { width, height, contentType }
      const request = { path, contentHash, bytes, modifiedAt, known }
      const result = await this.#options.reader.readMetadata(request)
      if (result.state === 'changed') return undefined
      const isRead = result.state === 'read'
      return {
        contentHash,
        attributes: isRead ? readAttributes(result.metadata, this.#options.attributes) : undefined,
        colours: isRead ? result.metadata.colours : undefined,
      }
    } catch (error) {
      if (!isExternal(error) || this.#isClosed) return undefined
      this.#options.log.warn(`The metadata of ${JSON.stringify(path)} could not be read: ${messageOf(error)}`)
      return undefined
    }
  }

  async #yieldToOthers(): Promise<void> {
    const { indexer, isSearching } = this.#options
    while (!this.#isClosed && !indexer.isIdle) await indexer.idle()
    while (!this.#isClosed && isSearching()) await sleep(SEARCH_PAUSE_MS)
  }
}
