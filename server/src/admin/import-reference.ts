import { stat } from 'node:fs/promises'
import { sep } from 'node:path'
import type { App } from '../app/compose.ts'
import type { Image } from '../catalog/catalog.ts'
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
  /** Images that existed before, and how many images with an id received their vector only now. */
  present: number
  completed: number
  /** Rows whose file is gone, has changed since, or lies elsewhere. */
  left: number
  /** Rows whose file can't be read. */
  failed: number
}

/** Which files of the gallery the rows of the reference implementation mean, and which vectors are wanted. */
export interface ReferenceGallery {
  /** Name of the embedder of the reference implementation whose vectors are taken over. */
  vectorsOf?: string | undefined
  /** Folder of the gallery in the paths of uploaded files, besides that of this configuration. */
  mountedAt: string
}

export interface ImagesImportOptions extends ReferenceGallery {
  /** Called for each file that can't be read, with the reason. */
  onFailed: (path: string, reason: string) => void
  onProgress: (done: number, all: number) => void
}

type Target = Pick<App, 'catalog' | 'indexer'>

const ROWS_PER_PAGE = 500
const CONCURRENT_FILES = 4
const COMPARED_VECTORS = 20
const MIN_COSINE = 0.995
/** The reference implementation rounds times to microseconds from a floating-point number. */
const MAX_ROUNDING_US = 1n

/**
 * Checks the name of an embedder, before anything is stored.
 * @throws {DomainError} `invalid_request` if the reference implementation has no vectors of it
 */
export async function assertHasVectors(reference: ReferenceDatabase, embedder: string): Promise<void> {
  const known = await reference.embedders()
  if (known.includes(embedder)) return
  const has = known.length === 0 ? 'none' : known.join(', ')
  throw new DomainError(
    'invalid_request',
    `There are no vectors of ${JSON.stringify(embedder)}; the old database has: ${has}.`,
  )
}

/**
 * Embeds some files and compares their vectors with those of the reference implementation. Nothing is stored.
 * @returns the number of compared files; 0 if there are none that are as they were
 * @throws {DomainError} `conflict` if the vectors are not those of the chosen embedder
 */
export async function compareVectors(
  { indexer }: Pick<App, 'indexer'>,
  reference: ReferenceDatabase,
  config: Config,
  options: ReferenceGallery,
): Promise<number> {
  const root = config.watcher.watched_directory
  let compared = 0
  for await (const page of pagesOf(reference, config, options)) {
    for (const row of page) {
      if (!hasVectorOf(row, options.vectorsOf) || !(await isAsEmbedded(root, row.path, row.modifiedAt)))
        continue
      const own = await indexer.embedFile(row.path).catch((error: unknown) => {
        if (!isAboutFile(error)) throw error
      })
      if (own === undefined) continue
      assertSame(row, own)
      if (++compared === COMPARED_VECTORS) return compared
    }
  }
  return compared
}

/**
 * Takes over the ids that the reference implementation had for images, and its vectors, which `compareVectors` has compared. Only
 * files that have not changed since are taken; the others are indexed later as new ones. Images that were taken over before get
 * the vectors that they lack.
 */
export async function importImages(
  app: Target,
  reference: ReferenceDatabase,
  config: Config,
  options: ImagesImportOptions,
): Promise<ImagesImport> {
  const all = await reference.countImages()
  const importer = new Importer(app, config.watcher.watched_directory, options)
  // Rows of uploads have absolute paths. A file may also have a row of the scan, which comes first.
  for (const areUploads of [false, true]) {
    for await (const page of pagesOf(reference, config, options)) {
      await importer.adoptAll(
        page.filter(({ isUpload }) => isUpload === areUploads),
        areUploads,
      )
      options.onProgress(importer.result.rows, all)
    }
    if (importer.result.rows === all) break
  }
  return importer.result
}

/** A row with the path of its file in this gallery, if it lies there. */
interface Row extends ReferenceImage {
  isUpload: boolean
}

async function* pagesOf(
  reference: ReferenceDatabase,
  config: Config,
  { mountedAt }: ReferenceGallery,
): AsyncGenerator<Row[]> {
  const roots = [config.watcher.watched_directory, mountedAt]
  const all = await reference.countImages()
  for (let after = ''; all > 0; ) {
    const page = await reference.images(after, ROWS_PER_PAGE)
    if (page.length === 0) return
    after = page.at(-1)!.path
    yield page.map((row) => ({
      ...row,
      path: belowOneOf(roots, row.path) ?? row.path,
      isUpload: row.path.startsWith('/'),
    }))
  }
}

class Importer {
  readonly result: ImagesImport = {
    rows: 0,
    adopted: 0,
    vectors: 0,
    twins: 0,
    present: 0,
    completed: 0,
    left: 0,
    failed: 0,
  }
  readonly #app: Target
  readonly #root: string
  readonly #options: ImagesImportOptions

  constructor(app: Target, root: string, options: ImagesImportOptions) {
    this.#app = app
    this.#root = root
    this.#options = options
  }

  async adoptAll(rows: readonly Row[], areUploads: boolean): Promise<void> {
    const waiting = rows[Symbol.iterator]()
    const work = async () => {
      for (const row of waiting) await this.#adopt(row, areUploads)
    }
    await Promise.all(Array.from({ length: CONCURRENT_FILES }, work))
  }

  async #adopt(row: Row, isUpload: boolean): Promise<void> {
    const { id, path } = row
    const { images } = this.#app.catalog
    this.result.rows++
    const known = (await images.getByPath(path)) ?? (await images.get(id))
    if (known !== undefined) {
      if (isUpload) this.result.twins++
      else this.result.present++
      if (await this.#lacksVectorOf(row, known)) {
        const isStored = await this.#store(row, known, row.vector)
        if (isStored) this.result.completed++
      }
      return
    }
    const file = toAbsolute(this.#root, path)
    if (path.startsWith('/') || !(await isUnchanged(file, row.modifiedAt))) {
      this.result.left++
      return
    }
    const isFitting = hasVectorOf(row, this.#options.vectorsOf) && !(await isTurned(toSystemPath(file)))
    if (!(await this.#store(row, row, isFitting ? row.vector : undefined))) return
    this.result.adopted++
    if (isFitting) this.result.vectors++
  }

  async #lacksVectorOf(row: Row, known: Image): Promise<boolean> {
    if (!hasVectorOf(row, this.#options.vectorsOf)) return false
    const info = await this.#app.catalog.images.contentInfo(known.contentHash)
    return info?.hasVector !== true && (await isAsEmbedded(this.#root, known.path, row.modifiedAt))
  }

  /** @returns false if the file can't be read */
  async #store(
    row: Row,
    { id, path }: { id: string; path: string },
    vector: Float32Array | undefined,
  ): Promise<boolean> {
    try {
      await this.#app.indexer.adopt(path, { id, vector: vector && toUnitLength(vector) })
      return true
    } catch (error) {
      if (!isAboutFile(error)) throw error
      this.result.failed++
      this.#options.onFailed(row.path, error.message)
      return false
    }
  }
}

function hasVectorOf({ embedder, vector }: ReferenceImage, name: string | undefined): boolean {
  return embedder === name && vector.some((value) => value !== 0)
}

/** Whether the reference implementation has embedded the pixels of this file. It does not turn photos as their EXIF data state. */
async function isAsEmbedded(root: string, path: string, modifiedAt: bigint): Promise<boolean> {
  if (path.startsWith('/')) return false
  const file = toAbsolute(root, path)
  return (await isUnchanged(file, modifiedAt)) && !(await isTurned(toSystemPath(file)))
}

/** @throws {DomainError} `conflict` with the similarity */
function assertSame({ path, vector }: Row, own: Float32Array): void {
  const cosine = cosineOf(own, vector)
  if (cosine >= MIN_COSINE) return
  throw new DomainError(
    'conflict',
    `The vectors of the reference implementation are not those of this embedder: for ${JSON.stringify(path)} the cosine similarity is ${cosine.toFixed(4)}, less than ${MIN_COSINE}. Nothing was imported. Set normalize: false if the checkpoint is the same, or leave out --vectors.`,
  )
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
