import { readFile } from 'node:fs/promises'
import type { Config } from '../config/schema.ts'
import type { QueryExpansion } from '../embedding/embedder.ts'
import { type EmbedderClient, failIfEmbedderIsDown } from '../embedding/process/embedder-client.ts'
import { DomainError } from '../errors.ts'
import { coloursOf, inkColours } from '../gallery/colour-layout.ts'
import { decodeImage } from '../gallery/decode.ts'
import { toSystemPath } from '../gallery/file-names.ts'
import type { RgbImage } from '../gallery/resample.ts'
import { COLOUR_SCORES } from '../search/colours.ts'
import { combine, type ImageVectors, scoreOf } from '../search/combine.ts'
import { bestByColours, COLOURED_CANDIDATES } from '../search/expand-sketches.ts'
import { expandSketch } from '../search/expansion.ts'
import { queryCover } from '../search/prepare-query.ts'
import { inkMap } from '../search/sketch/ink.ts'
import type { TermVectors } from '../search/term-vectors.ts'
import { embedQueries, type Reporter, withEmbedder } from './embed.ts'
import { type EmbeddedItems, type Item, vectorAt } from './evaluate.ts'
import { nearestImages } from './expand-queries.ts'
import { termOf } from './image-windows.ts'
import { itemsIn, type LocatedItem, leftOut } from './items.ts'
import { ranksOf, recallAt } from './metrics.ts'
import { readPictures } from './read-pictures.ts'
import { pairsIn } from './run.ts'

/** Each photo is in the gallery in these versions, so that the shape alone finds the photo, but not its version. */
const ROTATIONS = [0, 90, 180, 270]
/** Weight of the colours beside a sketch of weight 1. */
const WEIGHTS = [0.25, 0.5, 1]

/** How well the drawn version of a photo is found by one kind of query. */
export interface ColourScores {
  query: string
  recallAt1: number
  recallAt10: number
  medianRank: number
}

export interface ColourReport {
  images: number
  queries: number
  scores: ColourScores[]
}

export interface ColourRequest extends Reporter {
  gallery: string
  /** Sketches; one named X-3 was drawn after the photo X. */
  queries: string
  embedder: string
}

/**
 * Measures what the colours of a drawing add to its shape: the gallery has each photo in four hues, and the ink of a sketch has the colours
 * of one of them, at the same places. Both parts are combined as in a search.
 * @throws {DomainError} `invalid_request` if no sketch belongs to a photo
 */
export async function evaluateColours(config: Config, request: ColourRequest): Promise<ColourReport> {
  const photos = await itemsIn(request.gallery, '--gallery', request.onWarning)
  const sketches = await itemsIn(request.queries, '--queries', request.onWarning)
  assertPairs(sketches, photos)
  return withEmbedder(config, request.embedder, request, async (embedder) => {
    const gallery = await embedVersions(config, embedder, photos, request)
    const drawn = drawnOf(sketches, gallery.photos)
    const photoOf = pairsIn(gallery.photos)
    const asked = await embedQueries(config, embedder, drawn, 'sketch', request)
    if (asked.items.length === 0)
      throw new DomainError('invalid_request', 'No sketch can be read together with its photo.')
    const { sketchExpansion } = embedder
    const fileOf = new Map(drawn.map((item) => [item.path, item.file]))
    const results = new Map<string, number[]>()
    for (const [n, sketch] of asked.items.entries()) {
      const target = ROTATIONS.length * photoOf(sketch)! + (n % ROTATIONS.length)
      const colours = await coloursDrawn(
        config,
        fileOf.get(sketch.path)!,
        gallery.versions[target]!,
        embedder,
      )
      const plain = { vector: vectorAt(asked, n), contentHash: sketch.contentHash }
      const sketchWith = (beside: readonly TermVectors[]) =>
        expandedSketch(gallery, plain, beside, sketchExpansion)
      for (const [query, terms] of queriesOf(sketchWith, colours))
        results.set(query, [...(results.get(query) ?? []), rankOf(target, terms, gallery)])
    }
    return {
      images: gallery.versions.length,
      queries: asked.items.length,
      scores: [...results].map(([query, ranks]) => summary(query, ranks)),
    }
  })
}

/** Returns the sketches that belong to photos. */
function drawnOf(sketches: readonly LocatedItem[], photos: readonly LocatedItem[]): LocatedItem[] {
  const photoOf = pairsIn(photos)
  return sketches.filter((sketch) => photoOf(sketch) !== undefined)
}

/** @throws {DomainError} `invalid_request` if no sketch belongs to a photo */
export function assertPairs(sketches: readonly LocatedItem[], photos: readonly LocatedItem[]): void {
  if (drawnOf(sketches, photos).length > 0) return
  throw new DomainError(
    'invalid_request',
    'No sketch belongs to a photo: the sketches of a photo X are named X-1, X-2 and so on, in a folder of the same class.',
  )
}

interface Gallery {
  /** Photos that can be read and embedded. */
  photos: LocatedItem[]
  embedded: EmbeddedItems
  /** The versions of each photo, one after the other. */
  versions: RgbImage[]
  vectors: ImageVectors[]
}

async function embedVersions(
  config: Config,
  embedder: EmbedderClient,
  photos: readonly LocatedItem[],
  { onProgress, onWarning }: Reporter,
): Promise<Gallery> {
  const limits = { maxPixels: config.limits.max_pixels }
  const decode = async (bytes: Uint8Array) => (await decodeImage(bytes, embedder.inputSize, limits)).image
  const kept: LocatedItem[] = []
  const versions: RgbImage[] = []
  const vectors: ImageVectors[] = []
  const items: Item[] = []
  const lose = ({ path }: Item, error: unknown) => onWarning(leftOut(path, error))
  for (const [n, photo] of photos.entries()) {
    onProgress(`${embedder.name}: photos in four hues`, n / photos.length)
    const [picture] = await readPictures([photo], decode, lose)
    if (picture === undefined) continue
    const rotated = ROTATIONS.map((degrees) => rotateHues(picture.image, degrees))
    const embedded = await failIfEmbedderIsDown(embedder, embedder.embed(rotated, 'photo', 'bulk'))
    const failure = embedded.find((one) => one instanceof DomainError)
    if (failure !== undefined) {
      lose(photo, failure)
      continue
    }
    kept.push(photo)
    for (const [i, version] of rotated.entries()) {
      versions.push(version)
      vectors.push({ image: embedded[i] as Float32Array, colours: coloursOf(version) })
      items.push({ ...photo, contentHash: `${photo.contentHash}${ROTATIONS[i]}` })
    }
  }
  const { dimensions } = embedder
  const flat = new Float32Array(vectors.length * dimensions)
  for (const [n, { image }] of vectors.entries()) flat.set(image!, n * dimensions)
  return { photos: kept, embedded: { items, vectors: flat, dimensions }, versions, vectors }
}

/** The colours of a sketch whose ink has those of a photo at the same places. */
async function coloursDrawn(
  config: Config,
  file: string,
  photo: RgbImage,
  { inputSize }: Pick<EmbedderClient, 'inputSize'>,
): Promise<Float32Array> {
  const bytes = await readFile(toSystemPath(file))
  const limits = { maxPixels: config.limits.max_pixels }
  const { image } = await decodeImage(bytes, queryCover(inputSize, undefined), limits)
  const { strength, width, height } = inkMap(image)
  const data = new Uint8Array(width * height * 3)
  for (let i = 0; i < width * height; i++) {
    const x = Math.floor((((i % width) + 0.5) * photo.width) / width)
    const y = Math.floor(((Math.floor(i / width) + 0.5) * photo.height) / height)
    for (let c = 0; c < 3; c++) data[i * 3 + c] = photo.data[(y * photo.width + x) * 3 + c]!
  }
  return inkColours({ data, width, height }, strength)
}

function* queriesOf(
  sketchWith: (colours: readonly TermVectors[]) => TermVectors,
  colours: Float32Array,
): Generator<[string, TermVectors[]]> {
  const drawn = (weight: number): TermVectors => ({
    kind: 'colours',
    weight,
    sets: [[{ vector: colours, ...COLOUR_SCORES }]],
  })
  yield ['sketch', [sketchWith([])]]
  yield ['colours', [drawn(1)]]
  for (const weight of WEIGHTS) {
    const colours = drawn(weight)
    yield [`sketch and colours, weight ${weight}`, [sketchWith([colours]), colours]]
  }
}

/** A sketch, expanded as in a search with these colours beside it. */
function expandedSketch(
  { embedded, vectors }: Gallery,
  { vector, contentHash }: { vector: Float32Array; contentHash: string },
  colours: readonly TermVectors[],
  expansion: QueryExpansion | undefined,
): TermVectors {
  const sketch = termOf(vector)
  if (expansion === undefined) return sketch
  const { neighbours: count } = expansion
  const isPlain = colours.length === 0
  const nearest = nearestImages(embedded, vector, contentHash, isPlain ? count : COLOURED_CANDIDATES)
  const candidates = nearest.map(({ n, vector, score }) => ({
    vector,
    similarity: score,
    colours: vectors[n]!.colours,
  }))
  const neighbours = isPlain ? nearest : bestByColours(sketch, colours, candidates, count)
  return termOf(expandSketch(vector, neighbours, expansion).vector)
}

function rankOf(target: number, terms: readonly TermVectors[], { vectors }: Gallery): number {
  const query = combine(terms)
  const scores = Float32Array.from(vectors, (image) => scoreOf(query, image))
  return ranksOf(scores, [target])[0]!
}

function summary(query: string, ranks: readonly number[]): ColourScores {
  const share = (k: number) => ranks.reduce((sum, rank) => sum + recallAt([rank], k), 0) / ranks.length
  const medianRank = ranks.toSorted((a, b) => a - b)[Math.floor(ranks.length / 2)]!
  return { query, recallAt1: share(1), recallAt10: share(10), medianRank }
}

/** Rotates hues about the grey axis and keeps the luma, as the filter `hue-rotate` of SVG does. */
export function rotateHues({ data, width, height }: RgbImage, degrees: number): RgbImage {
  const [cos, sin] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)]
  const matrix = LUMA.map((row, r) =>
    row.map((value, c) => value + cos * COSINE[r]![c]! + sin * SINE[r]![c]!),
  )
  const out = new Uint8ClampedArray(data.length)
  for (let i = 0; i < data.length; i += 3) {
    for (const [c, row] of matrix.entries())
      out[i + c] = row[0]! * data[i]! + row[1]! * data[i + 1]! + row[2]! * data[i + 2]!
  }
  return { data: new Uint8Array(out.buffer), width, height }
}

/** Filter Effects Module Level 1, section 9.6: the matrix is LUMA + cos × COSINE + sin × SINE. */
const LUMA = Array.from({ length: 3 }, () => [0.213, 0.715, 0.072])
const COSINE = [
  [0.787, -0.715, -0.072],
  [-0.213, 0.285, -0.072],
  [-0.213, -0.715, 0.928],
]
const SINE = [
  [-0.213, -0.715, 0.928],
  [0.143, 0.14, -0.283],
  [-0.787, 0.715, 0.072],
]
