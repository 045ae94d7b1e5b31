import { stat } from 'node:fs/promises'
import { sep } from 'node:path'
import type { App } from '../app/compose.ts'
import type { Config } from '../config/schema.ts'
import type { ReferenceDatabase, ReferenceImage } from '../database/postgres/reference.ts'
import { DomainError } from '../errors.ts'
import { toSystemPath } from '../gallery/file-names.ts'
import { isTurned } from '../gallery/orientation.ts'
import { toAbsolute } from '../gallery/paths.ts'
import { FileFailure } from '../indexing/read-stage.ts'
import { dot, toUnitLength } from '../vector-math.ts'

export interface ImagesImport {
  /** Rows of the reference implementation. */
  rows: number
  /** Images that received the id of a row, and how many of them its vector. */
  adopted: number
  vectors: number
  /** Second rows of files that were uploaded. */
  twins: number
  /** Images that existed before. */
  present: number
  /** Rows whose file is gone, has changed since, or lies elsewhere. */
  left: number
  /** Rows whose file can't be read. */
  failed: number
}

export interface ImagesImportOptions {
  /** Name of the embedder of the reference implementation whose vectors are taken over. */
  vectorsOf?: string | undefined
  /** Folder of the gallery in the paths of uploaded files, besides that of this configuration. */
  mountedAt: string
  /** Called once when vectors were compared and fit, before others are taken over. */
  onCompared?: () => Promise<void>
  /** Called for each file that can't be read, with the reason. */
  onFailed: (path: string, reason: string) => void
  onProgress: (done: number, all: number) => void
}

const ROWS_PER_PAGE = 500
const CONCURRENT_FILES = 4
const COMPARED_VECTORS = 20
const MIN_COSINE = 0.995
/** The reference implementation rounds times to microseconds from a floating-point number. */
const MAX_ROUNDING_US = 1n

/**
 * Takes over the ids that the reference implementation had for images, and its vectors if they fit. Only files that have not
 * changed since are taken; the others are indexed later as new ones.
 * @throws {DomainError} `conflict` if the vectors are not those of the chosen embedder
 */
export async function importImages(
  app: Pick<App, 'catalog' | 'indexer'>,
  reference: ReferenceDatabase,
  config: Config,
  options: ImagesImportOptions,
): Promise<ImagesImport> {
  const all = await reference.countImages()
  const importer = new Importer(app, config.watcher.watched_directory, options)
  const roots = [config.watcher.watched_directory, options.mountedAt]
  // Rows of uploads have absolute paths. A file may also have a row of the scan, which comes first.
  for (const areUploads of [false, true]) {
    for await (const page of pagesOf(reference, all)) {
      const rows = page
        .filter(({ path }) => path.startsWith('/') === areUploads)
        .map((row) => ({ ...row, path: belowOneOf(roots, row.path) ?? row.path }))
      await importer.adoptAll(rows, areUploads)
      options.onProgress(importer.result.rows, all)
    }
    if (importer.result.rows === all) break
  }
  await importer.confirm()
  return importer.result
}

async function* pagesOf(reference: ReferenceDatabase, all: number): AsyncGenerator<ReferenceImage[]> {
  for (let after = ''; all > 0; ) {
    const page = await reference.images(after, ROWS_PER_PAGE)
    if (page.length === 0) return
    after = page.at(-1)!.path
    yield page
  }
}

class Importer {
  readonly result: ImagesImport = {
    rows: 0,
    adopted: 0,
    vectors: 0,
    twins: 0,
    present: 0,
    left: 0,
    failed: 0,
  }
  readonly #app: Pick<App, 'catalog' | 'indexer'>
  readonly #root: string
  readonly #options: ImagesImportOptions
  #compared = 0
  #isConfirmed = false

  constructor(app: Pick<App, 'catalog' | 'indexer'>, root: string, options: ImagesImportOptions) {
    this.#app = app
    this.#root = root
    this.#options = options
  }

  async adoptAll(rows: readonly ReferenceImage[], areUploads: boolean): Promise<void> {
    const waiting = rows[Symbol.iterator]()
    // No vector is taken over before enough of them have been compared.
    while (this.#options.vectorsOf !== undefined && this.#compared < COMPARED_VECTORS) {
      const next = waiting.next()
      if (next.done) return
      await this.#adopt(next.value, areUploads)
    }
    await this.confirm()
    const work = async () => {
      for (const row of waiting) await this.#adopt(row, areUploads)
    }
    await Promise.all(Array.from({ length: CONCURRENT_FILES }, work))
  }

  /** Reports that the compared vectors fit. */
  async confirm(): Promise<void> {
    if (this.#isConfirmed || this.#compared === 0) return
    this.#isConfirmed = true
    await this.#options.onCompared?.()
  }

  async #adopt(row: ReferenceImage, isUpload: boolean): Promise<void> {
    const { id, path } = row
    const { catalog } = this.#app
    this.result.rows++
    const isKnown =
      (await catalog.images.getByPath(path)) !== undefined || (await catalog.images.get(id)) !== undefined
    if (isKnown) {
      if (isUpload) this.result.twins++
      else this.result.present++
      return
    }
    const file = toAbsolute(this.#root, path)
    if (path.startsWith('/') || !(await isUnchanged(file, row.modifiedAt))) {
      this.result.left++
      return
    }
    const hasVector = row.embedder === this.#options.vectorsOf && row.vector.some((value) => value !== 0)
    const isFitting = hasVector && !(await isTurned(toSystemPath(file)))
    try {
      const isTaken = await this.#store(row, isFitting)
      this.result.adopted++
      if (isTaken) this.result.vectors++
    } catch (error) {
      if (!isAboutFile(error)) throw error
      this.result.failed++
      this.#options.onFailed(path, error.message)
    }
  }

  /** @returns whether the image has the vector of the row */
  async #store(row: ReferenceImage, isFitting: boolean): Promise<boolean> {
    if (isFitting && this.#compared < COMPARED_VECTORS) return this.#compareVector(row)
    const { id, path, vector } = row
    await this.#app.indexer.adopt(path, { id, vector: isFitting ? toUnitLength(vector) : undefined })
    return isFitting
  }

  /** Embeds the image, to see whether its vector is the same. @returns false if it can't be embedded */
  async #compareVector({ id, path, vector }: ReferenceImage): Promise<boolean> {
    const { catalog, indexer } = this.#app
    await indexer.adopt(path, { id })
    await indexer.idle()
    const [own] = await catalog.vectors.get([id])
    if (own === undefined) return false
    const cosine = cosineOf(own.vector, vector)
    this.#compared++
    if (cosine >= MIN_COSINE) return true
    throw new DomainError(
      'conflict',
      `The vectors of the reference implementation are not those of this embedder: for ${JSON.stringify(path)} the cosine similarity is ${cosine.toFixed(4)}, less than ${MIN_COSINE}. Set normalize: false if the checkpoint is the same, or leave out --vectors.`,
    )
  }
}

/** Whether other files may still be read. */
function isAboutFile(error: unknown): error is DomainError {
  if (error instanceof FileFailure) return true
  return (
    error instanceof DomainError && (error.code === 'image_not_found' || error.code === 'permission_denied')
  )
}

async function isUnchanged(file: string, modifiedAt: bigint): Promise<boolean> {
  const info = await stat(toSystemPath(file), { bigint: true }).catch(() => undefined)
  if (!info?.isFile()) return false
  const difference = info.mtimeNs / 1000n - modifiedAt
  return difference <= MAX_ROUNDING_US && difference >= -MAX_ROUNDING_US
}

/** @returns the path relative to the folder that it is in; undefined if it is in none of them */
function belowOneOf(folders: readonly string[], path: string): string | undefined {
  const folder = folders.find((one) => path.startsWith(one.endsWith(sep) ? one : one + sep))
  return folder === undefined ? undefined : path.slice(folder.length).replace(/^\/+/, '')
}

/** @returns -1 for vectors of different lengths */
function cosineOf(a: Float32Array, b: Float32Array): number {
  if (a.length !== b.length) return -1
  return dot(a, b) / (Math.hypot(...a) * Math.hypot(...b))
}
