import { createHash } from 'node:crypto'
import { readdir, readFile, realpath, stat } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { basename, extname, join, resolve } from 'node:path'
import { unknownEmbedder } from '../config/load.ts'
import type { Config } from '../config/schema.ts'
import { openEmbedder } from '../embedding/open-embedder.ts'
import { type EmbedderClient, failIfEmbedderIsDown } from '../embedding/process/embedder-client.ts'
import { DomainError, messageOf } from '../errors.ts'
import { decodeImage } from '../gallery/decode.ts'
import { toSystemPath } from '../gallery/file-names.ts'
import { isIgnoredName } from '../gallery/include.ts'
import { listDirectory } from '../gallery/list-folder.ts'
import { ROOT, toAbsolute } from '../gallery/paths.ts'
import type { RgbImage } from '../gallery/resample.ts'
import { walk } from '../gallery/walk.ts'
import { prepareQuery, queryCover } from '../search/prepare-query.ts'
import { type EmbeddedItems, type Evaluation, evaluate, type Item } from './evaluate.ts'

export interface EvaluationRequest {
  /** Folders whose first level are the classes. */
  gallery: string
  queries: string
  kind: 'sketch' | 'image'
  /** Names of embedders, beside the random one. */
  embedders: readonly string[]
  /** Whether a query `X-3` belongs to the gallery's image `X`. */
  hasPairs: boolean
  onProgress: (message: string, share: number) => void
  onWarning: (message: string) => void
}

export interface EvaluationReport {
  gallery: { directory: string; images: number; classes: number }
  queries: { directory: string; images: number; kind: 'sketch' | 'image' }
  /** By the embedder's name; `random` is the first. */
  embedders: Record<string, Evaluation>
}

const RANDOM = 'random'
const RANDOM_DIMENSIONS = 64
const BATCH = 32
/** Number of queries that are shown with their results. */
const SAMPLES = 24

/**
 * Measures how well embedders find images of a query's class. Pictures are decoded, prepared and embedded by the code of the product.
 * @throws {DomainError} if a folder has no classes, or an embedder does not start
 */
export async function evaluateEmbedders(
  config: Config,
  request: EvaluationRequest,
): Promise<EvaluationReport> {
  const gallery = await itemsIn(request.gallery, '--gallery', request.onWarning)
  const queries = await itemsIn(request.queries, '--queries', request.onWarning)
  assertSharedClasses(gallery, queries, request)
  for (const name of request.embedders) assertKnown(name, config)
  const sampled = sampleOf(queries.length)
  const embedders: EvaluationReport['embedders'] = {}
  for (const name of [RANDOM, ...request.embedders]) {
    const embedded = await embedBoth(config, name, { gallery, queries }, request)
    const exactOf = request.hasPairs ? pairsIn(embedded.gallery.items) : undefined
    embedders[name] = await evaluate(embedded.gallery, embedded.queries, {
      ...(exactOf && { exactOf }),
      sampled,
      onProgress: (done, all) => request.onProgress(`${name}: ranking`, done / all),
    })
    if (embedders[name].overall.queries === 0)
      throw new DomainError(
        'invalid_request',
        `No query of ${request.queries} could be evaluated: none of them, or no other image of their classes, could be read.`,
      )
  }
  return {
    gallery: {
      directory: resolve(request.gallery),
      images: gallery.length,
      classes: classesOf(gallery).size,
    },
    queries: { directory: resolve(request.queries), images: queries.length, kind: request.kind },
    embedders,
  }
}

interface LocatedItem extends Item {
  file: string
}

async function itemsIn(
  directory: string,
  flag: string,
  onWarning: EvaluationRequest['onWarning'],
): Promise<LocatedItem[]> {
  const root = resolve(directory)
  const isFolder = (path: string) =>
    stat(path).then(
      (info) => info.isDirectory(),
      () => false,
    )
  if (!(await isFolder(root))) {
    throw new DomainError('directory_not_found', `${flag}: there is no folder ${root}.`)
  }
  const items: LocatedItem[] = []
  for (const className of (await readdir(root)).sort()) {
    if (isIgnoredName(className) || !(await isFolder(join(root, className)))) continue
    // The folder of a class, and the one that holds them all, may be links.
    const folder = await realpath(join(root, className))
    for await (const { files } of walk(folder, { recursive: true, excluded: [] }, () => {}))
      for (const { path } of files) {
        const file = toAbsolute(folder, path)
        const contentHash = createHash('sha256')
          .update(await readFile(toSystemPath(file)))
          .digest('hex')
        items.push({ path: `${className}/${path}`, className, contentHash, file })
      }
  }
  const rootListing = await listDirectory(await realpath(root), ROOT, { recursive: false, excluded: [] })
  const classless = rootListing?.files.length ?? 0
  if (items.length === 0) {
    throw new DomainError(
      'invalid_request',
      `${flag}: ${root} has no images in folders; each folder right in it is a class.`,
    )
  }
  if (classless > 0) onWarning(`${classless} files right in ${root} belong to no class and are left out.`)
  return items
}

/** Before anything is embedded. */
function assertKnown(name: string, { embedder_registry: registry }: Config): void {
  const reason = unknownEmbedder(name, registry.embedders)
  if (reason !== undefined) throw new DomainError('invalid_request', `--embedder: ${reason}`)
}

function classesOf(items: readonly Item[]): Set<string> {
  return new Set(items.map(({ className }) => className))
}

function assertSharedClasses(
  gallery: readonly Item[],
  queries: readonly Item[],
  request: EvaluationRequest,
): void {
  const known = classesOf(gallery)
  const unknown = [...classesOf(queries)].filter((name) => !known.has(name))
  if (unknown.length === classesOf(queries).size) {
    throw new DomainError(
      'invalid_request',
      `${request.queries} and ${request.gallery} have no class in common: folders of the same name are a class.`,
    )
  }
  if (unknown.length > 0) {
    request.onWarning(
      `Queries of ${unknown.length} classes that the gallery has not are left out: ${unknown.join(', ')}.`,
    )
  }
}

/** Some of the queries, spread evenly. */
function sampleOf(count: number): Set<number> {
  const samples = Math.min(SAMPLES, count)
  return new Set(Array.from({ length: samples }, (_, n) => Math.floor((n * count) / samples)))
}

/** A query named `X-3` belongs to the image named `X`, of its class if there are several. */
function pairsIn(gallery: readonly Item[]): (query: Item) => number | undefined {
  const byName = new Map(gallery.map(({ className, path }, n) => [`${className}/${stemOf(path)}`, n]))
  return ({ className, path }) => byName.get(`${className}/${stemOf(path).replace(/-[^-]*$/, '')}`)
}

function stemOf(path: string): string {
  return basename(path, extname(path))
}

async function embedBoth(
  config: Config,
  name: string,
  { gallery, queries }: { gallery: LocatedItem[]; queries: LocatedItem[] },
  request: EvaluationRequest,
): Promise<{ gallery: EmbeddedItems; queries: EmbeddedItems }> {
  if (name === RANDOM)
    return { gallery: randomVectors(gallery, ''), queries: randomVectors(queries, 'query') }
  const { embedder } = await openEmbedder(name, config.embedder_registry, {
    dataDirectory: config.data_directory,
    canWrite: true,
    onOutput: () => {},
    onRestart: (reason) =>
      request.onWarning(`The process of the embedder "${name}" is started again: ${reason}`),
    onHealth: (reason) => {
      if (reason !== undefined)
        request.onWarning(`The embedder "${name}" works for no picture at present: ${reason}`)
    },
    onProgress: (message, share) => request.onProgress(`${name}: ${message}`, share ?? 0),
  })
  try {
    const limits = { maxPixels: config.limits.max_pixels }
    const [width, height] = config.thumbnail.size
    const minSize = {
      width: Math.max(embedder.inputSize.width, width),
      height: Math.max(embedder.inputSize.height, height),
    }
    const asImage = async (bytes: Uint8Array) => (await decodeImage(bytes, minSize, limits)).image
    const asQuery = async (bytes: Uint8Array) => {
      const { image } = await decodeImage(bytes, queryCover(embedder.inputSize, undefined), limits)
      return prepareQuery(image, request.kind, embedder).image
    }
    const kind = request.kind === 'sketch' ? 'sketch' : 'photo'
    return {
      gallery: await embedAll(
        gallery,
        { embedder, kind: 'photo', prepare: asImage, what: 'gallery' },
        request,
      ),
      queries: await embedAll(queries, { embedder, kind, prepare: asQuery, what: 'queries' }, request),
    }
  } finally {
    await embedder.close()
  }
}

interface Embedding {
  embedder: EmbedderClient
  kind: 'photo' | 'sketch'
  prepare: (bytes: Uint8Array) => Promise<RgbImage>
  what: string
}

/** Embeds all items, a batch at a time; those that can't be read or embedded are left out, with a warning each. */
async function embedAll(
  items: readonly LocatedItem[],
  { embedder, kind, prepare, what }: Embedding,
  { onProgress, onWarning }: EvaluationRequest,
): Promise<EmbeddedItems> {
  const { dimensions } = embedder
  const vectors = new Float32Array(items.length * dimensions)
  const kept: Item[] = []
  const lose = ({ path }: Item, error: unknown) =>
    onWarning(`${embedder.name}: ${path} is left out: ${messageOf(error)}`)
  for (let start = 0; start < items.length; start += BATCH * availableParallelism()) {
    onProgress(`${embedder.name}: embedding the ${what}`, start / items.length)
    const batch = items.slice(start, start + BATCH * availableParallelism())
    const pictures = await Promise.all(
      batch.map(async (item) => {
        try {
          return { item, image: await prepare(await readFile(toSystemPath(item.file))) }
        } catch (error) {
          lose(item, error)
          return undefined
        }
      }),
    )
    const readable = pictures.filter((picture) => picture !== undefined)
    const images = readable.map(({ image }) => image)
    const embeddings = await failIfEmbedderIsDown(embedder, embedder.embed(images, kind, 'bulk'))
    for (const [n, { item }] of readable.entries()) {
      const embedding = embeddings[n]!
      if (embedding instanceof DomainError) lose(item, embedding)
      else {
        vectors.set(embedding, kept.length * dimensions)
        kept.push(item)
      }
    }
  }
  return { items: kept, vectors: vectors.subarray(0, kept.length * dimensions), dimensions }
}

/** Directions that have nothing to do with the pictures, the same at every run. */
function randomVectors(items: readonly LocatedItem[], salt: string): EmbeddedItems {
  const vectors = new Float32Array(items.length * RANDOM_DIMENSIONS)
  for (const [n, { contentHash, path }] of items.entries()) {
    const bytes = createHash('shake256', { outputLength: RANDOM_DIMENSIONS * 2 })
      .update(`${salt}${contentHash}${path}`)
      .digest()
    const vector = Float32Array.from({ length: RANDOM_DIMENSIONS }, (_, d) => bytes.readInt16LE(2 * d))
    const length = Math.hypot(...vector)
    vectors.set(
      vector.map((value) => value / length),
      n * RANDOM_DIMENSIONS,
    )
  }
  return { items, vectors, dimensions: RANDOM_DIMENSIONS }
}
