import type { Catalog, WeightedVector } from '../catalog/catalog.ts'
import type { EmbedderClient, Embedding } from '../embedding/process/embedder-client.ts'
import { DomainError } from '../errors.ts'
import { paletteColours } from '../gallery/colour-layout.ts'
import { cropImage } from '../gallery/crop.ts'
import type { ImageReader } from '../gallery/image-reader.ts'
import { hashOfBytes } from '../hashing.ts'
import { toUnitLength } from '../vector-math.ts'
import { COLOUR_SCORES, coloursOfPicture } from './colours.ts'
import { limitSize, prepareQuery, queryCover } from './prepare-query.ts'
import type { Picture, PictureKind, QueryTerm, TermKind } from './query.ts'
import { sampleVectors, scaledBySample, TEXT_SCALE } from './words/gallery-scale.ts'
import type { Vocabulary } from './words/vocabulary.ts'

/** An embedded term. */
export interface TermVectors {
  weight: number
  /** The score of an image is the mean over these sets; of each set, the best vector counts. */
  sets: (readonly WeightedVector[])[]
  /** The kind that the term was treated as. */
  kind: TermKind
  /** The content of the term, if it is a file of the gallery. */
  contentHash?: string | undefined
  /** The words that a text was understood as. */
  words?: string[] | undefined
  /** The score from which matches by an expanded sketch are close; see `ExpandedSketch`. */
  closeScore?: ((boundary: number) => number) | undefined
}

export interface VectorSources {
  catalog: Catalog
  embedder: EmbedderClient
  reader: Pick<ImageReader, 'decode'>
  vocabulary: Vocabulary | undefined
  /** Whether images have vectors of their windows as well. */
  hasWindows: boolean
  /** Ends the work before the embedder begins with it. */
  signal?: AbortSignal | undefined
}

/** Milliseconds spent on preparing pictures and in the embedder; terms add to them. */
export interface TermTimings {
  prepare: number
  embed: number
}

/**
 * Embeds a term. The only switch over the kinds of terms.
 * @throws {DomainError} `image_unreadable`, `image_too_large`, `blank_sketch`, `embedder_failed`, `image_not_found`,
 * `not_indexed`, `unknown_word`; `not_supported` if the embedder does not understand words
 */
export async function vectorOf(
  term: QueryTerm,
  sources: VectorSources,
  timings: TermTimings,
): Promise<TermVectors> {
  const { weight } = term
  switch (term.kind) {
    case 'sketch': {
      const bytes = await term.picture.read()
      return { weight, ...(await vectorOfPicture(bytes, term.picture, 'sketch', sources, timings)) }
    }
    case 'image': {
      const bytes = await term.picture.read()
      const known = term.picture.crop === undefined ? await embeddedFile(bytes, sources) : undefined
      if (known !== undefined) return { weight, ...known }
      const kind = term.mayBeSketch ? 'auto' : 'image'
      return { weight, ...(await vectorOfPicture(bytes, term.picture, kind, sources, timings)) }
    }
    case 'image id':
      return { weight, ...(await vectorOfImage(term.id, sources)) }
    case 'region':
      return { weight, ...(await vectorOfRegion(term, sources, timings)) }
    case 'text':
      return { weight, ...(await vectorsOfText(term, sources, timings)) }
    case 'colours':
      return { weight, ...(await coloursOfTerm(term.of, sources, timings)) }
  }
}

type Vectors = Omit<TermVectors, 'weight'>

async function vectorOfPicture(
  bytes: Uint8Array,
  { crop }: Pick<Picture, 'crop'>,
  requested: PictureKind | 'auto',
  { embedder, reader, signal }: VectorSources,
  timings: TermTimings,
): Promise<Vectors> {
  const start = performance.now()
  const endAnnouncement = embedder.announceQuery()
  try {
    const decoded = await reader.decode(bytes, queryCover(embedder.inputSize, crop, requested))
    const image =
      crop === undefined ? decoded.image : limitSize(embedder.inputSize, cropImage(decoded.image, crop))
    const { image: prepared, kind } = prepareQuery(image, requested, embedder)
    signal?.throwIfAborted()
    const prepareEnd = performance.now()
    const embedded = embedder.embed([prepared], kind === 'sketch' ? 'sketch' : 'photo', 'query')
    endAnnouncement()
    const [vector] = await embedded
    timings.prepare += prepareEnd - start
    timings.embed += performance.now() - prepareEnd
    return { sets: [plain(vectorOrThrow(vector, embedder))], kind }
  } finally {
    endAnnouncement()
  }
}

function vectorOrThrow(vector: Embedding | undefined, embedder: EmbedderClient): Float32Array {
  // The message of the embedder is in the log; it is not meant for clients.
  if (!(vector instanceof Float32Array)) {
    const message = `The embedder "${embedder.name}" can't process this picture.`
    throw new DomainError('embedder_failed', message, { cause: vector })
  }
  return vector
}

/** A file of the gallery is not embedded again, and is never treated as a sketch. */
async function embeddedFile(bytes: Uint8Array, { catalog }: VectorSources): Promise<Vectors | undefined> {
  const contentHash = hashOfBytes(bytes)
  const [image] = await catalog.images.byContentHash([contentHash])
  const [found] = image === undefined ? [] : await catalog.vectors.get([image.id])
  return found && { sets: [plain(found.vector)], kind: 'image', contentHash }
}

async function vectorOfImage(id: string, { catalog }: VectorSources): Promise<Vectors> {
  const [found] = await catalog.vectors.get([id])
  if (found !== undefined)
    return { sets: [plain(found.vector)], kind: 'image', contentHash: found.contentHash }
  if ((await catalog.images.get(id)) === undefined) throw imageNotFound(id)
  throw new DomainError('not_indexed', 'This image has not been embedded yet: try again in a moment.')
}

/**
 * Share of the whole image in the vector of one of its regions, relative to that of the region. With it, the image itself is among
 * the first results, and the same things are found elsewhere nearly as well (measured: bench/results/search.md).
 */
const WHOLE_SHARE = 0.5

async function vectorOfRegion(
  { imageId, picture }: Extract<QueryTerm, { kind: 'region' }>,
  sources: VectorSources,
  timings: TermTimings,
): Promise<Vectors> {
  const bytes = await picture.read()
  const whole =
    imageId === undefined ? await embeddedFile(bytes, sources) : await vectorOfImage(imageId, sources)
  const region = await vectorOfPicture(bytes, picture, 'image', sources, timings)
  if (whole === undefined) return region
  return { sets: [plain(regionWithWhole(vectorIn(region), vectorIn(whole)))], kind: 'image' }
}

/** The vector that a region of an image is searched with. */
export function regionWithWhole(region: Float32Array, whole: Float32Array): Float32Array {
  return toUnitLength(region.map((value, i) => value + WHOLE_SHARE * whole[i]!))
}

function vectorIn({ sets }: Vectors): Float32Array {
  return sets[0]![0]!.vector
}

async function vectorsOfText(
  { text, language }: Extract<QueryTerm, { kind: 'text' }>,
  { catalog, embedder, vocabulary }: VectorSources,
  timings: TermTimings,
): Promise<Vectors> {
  if (vocabulary !== undefined) {
    const known = vocabulary.find(text, language)
    return { sets: known.map(({ vectors }) => vectors), kind: 'text', words: known.map(({ word }) => word) }
  }
  const start = performance.now()
  const [vector] = await embedder.embedText([text])
  timings.embed += performance.now() - start
  if (!(vector instanceof Float32Array)) {
    const message = `The embedder "${embedder.name}" can't process this text.`
    throw new DomainError('embedder_failed', message, { cause: vector })
  }
  const scaled = scaledBySample(vector, await sampleVectors(catalog), TEXT_SCALE)
  return { sets: [[scaled]], kind: 'text', words: [text] }
}

async function coloursOfTerm(
  of: Extract<QueryTerm, { kind: 'colours' }>['of'],
  { catalog, reader }: VectorSources,
  timings: TermTimings,
): Promise<Vectors> {
  const start = performance.now()
  let vector: Float32Array
  if ('imageId' in of) {
    const [found] = await catalog.vectors.get([of.imageId], 'colours')
    if (found === undefined) {
      if ((await catalog.images.get(of.imageId)) === undefined) throw imageNotFound(of.imageId)
      throw new DomainError(
        'not_indexed',
        'The colours of this image have not been read yet: try again later.',
      )
    }
    vector = found.vector
  } else if ('read' in of) vector = await coloursOfPicture(of, reader)
  else vector = paletteColours(of)
  timings.prepare += performance.now() - start
  return { sets: [[{ vector, ...COLOUR_SCORES }]], kind: 'colours' }
}

function plain(vector: Float32Array): readonly WeightedVector[] {
  return [{ vector, weight: 1, offset: 0 }]
}

export function imageNotFound(id: string): DomainError {
  return new DomainError('image_not_found', `There is no image with the id ${JSON.stringify(id)}.`)
}
