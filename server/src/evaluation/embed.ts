import { availableParallelism } from 'node:os'
import type { Config } from '../config/schema.ts'
import { openEmbedder } from '../embedding/open-embedder.ts'
import { type EmbedderClient, failIfEmbedderIsDown } from '../embedding/process/embedder-client.ts'
import { DomainError } from '../errors.ts'
import { decodeImage } from '../gallery/decode.ts'
import type { RgbImage } from '../gallery/resample.ts'
import { prepareQuery, queryCover } from '../search/prepare-query.ts'
import type { EmbeddedItems, Item } from './evaluate.ts'
import { type LocatedItem, leftOut } from './items.ts'
import { readPictures } from './read-pictures.ts'

export interface Reporter {
  onProgress: (message: string, share: number) => void
  onWarning: (message: string) => void
}

const BATCH_SIZE = 32

/** Starts an embedder for some work and closes it. */
export async function withEmbedder<T>(
  config: Config,
  name: string,
  reporter: Reporter,
  work: (embedder: EmbedderClient) => Promise<T>,
): Promise<T> {
  const { embedder } = await openEmbedder(name, config.embedder_registry, {
    dataDirectory: config.data_directory,
    canWrite: true,
    onOutput: () => {},
    onWarning: reporter.onWarning,
    onRestart: (reason) =>
      reporter.onWarning(`The process of the embedder "${name}" is restarted: ${reason}`),
    onHealth: (reason) => {
      if (reason !== undefined) reporter.onWarning(`The embedder "${name}" fails on every picture: ${reason}`)
    },
    onProgress: (message, share) => reporter.onProgress(`${name}: ${message}`, share ?? 0),
  })
  try {
    return await work(embedder)
  } finally {
    await embedder.close()
  }
}

/** Embeds images of a gallery as the indexer does. */
export function embedGallery(
  config: Config,
  embedder: EmbedderClient,
  gallery: readonly LocatedItem[],
  reporter: Reporter,
): Promise<EmbeddedItems> {
  const limits = { maxPixels: config.limits.max_pixels }
  const [width, height] = config.thumbnail.size
  const minSize = {
    width: Math.max(embedder.inputSize.width, width),
    height: Math.max(embedder.inputSize.height, height),
  }
  const prepare = async (bytes: Uint8Array) => (await decodeImage(bytes, minSize, limits)).image
  return embedAll(gallery, { embedder, kind: 'photo', prepare, what: 'gallery' }, reporter)
}

/** Embeds pictures as a search does. */
export function embedQueries(
  config: Config,
  embedder: EmbedderClient,
  queries: readonly LocatedItem[],
  kind: 'sketch' | 'image',
  reporter: Reporter,
): Promise<EmbeddedItems> {
  const limits = { maxPixels: config.limits.max_pixels }
  const prepare = async (bytes: Uint8Array) => {
    const { image } = await decodeImage(bytes, queryCover(embedder.inputSize, undefined, kind), limits)
    return prepareQuery(image, kind, embedder).image
  }
  const imageKind = kind === 'sketch' ? 'sketch' : 'photo'
  return embedAll(queries, { embedder, kind: imageKind, prepare, what: 'queries' }, reporter)
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
  { onProgress, onWarning }: Reporter,
): Promise<EmbeddedItems> {
  const { dimensions } = embedder
  const vectors = new Float32Array(items.length * dimensions)
  const kept: Item[] = []
  const lose = ({ path }: Item, error: unknown) => onWarning(`${embedder.name}: ${leftOut(path, error)}`)
  for (let start = 0; start < items.length; start += BATCH_SIZE * availableParallelism()) {
    onProgress(`${embedder.name}: embedding the ${what}`, start / items.length)
    const batch = items.slice(start, start + BATCH_SIZE * availableParallelism())
    const readable = await readPictures(batch, prepare, lose)
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

/**
 * Embeds pictures that have to succeed.
 * @param pathOf the file that a picture was made from
 * @throws {DomainError} `embedder_failed` with the path of the first one that fails
 */
export async function embedImages(
  embedder: EmbedderClient,
  images: readonly RgbImage[],
  pathOf: (n: number) => string,
): Promise<Float32Array[]> {
  const embeddings = await failIfEmbedderIsDown(embedder, embedder.embed(images, 'photo', 'bulk'))
  return embeddings.map((embedding, n) => {
    if (embedding instanceof DomainError)
      throw new DomainError(embedding.code, `${pathOf(n)}: ${embedding.message}`, { cause: embedding })
    return embedding
  })
}
