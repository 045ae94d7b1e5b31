import type { EmbedderClient } from '../embedding/process/embedder-client.ts'
import { DomainError } from '../errors.ts'
import { coloursOf } from '../gallery/colour-layout.ts'
import type { RgbImage } from '../gallery/resample.ts'
import { combine, type ImageVectors, scoreByTerm, scoreOf } from './combine.ts'
import type { QueryTerm } from './query.ts'
import { type Crop, cropImage } from './region.ts'
import type { TermVectors } from './term-vectors.ts'

/** Where an image answers a query: the score of each place, `[height, width]`, row-major. */
export interface HeatMap {
  width: number
  height: number
  scores: Float32Array
}

/** How an image matches a query. */
export interface Match {
  /** By the whole query. */
  map: HeatMap
  /** By each part alone, and how it was understood. */
  parts: (Pick<TermVectors, 'kind' | 'words'> & { map: HeatMap })[]
}

/** Windows on each axis, and the share of the side that each covers. Neighbours overlap by half. */
const WINDOWS = 5
const WINDOW_SHARE = 1 / 3
const WINDOW_LIST: readonly Crop[] = Array.from({ length: WINDOWS * WINDOWS }, (_, n) => ({
  x: ((n % WINDOWS) * WINDOW_SHARE) / 2,
  y: (Math.floor(n / WINDOWS) * WINDOW_SHARE) / 2,
  width: WINDOW_SHARE,
  height: WINDOW_SHARE,
}))
/** Places of a map on each axis: eight for each window. */
const MAP_SIDE = 24
/** Weight of a window at its edges, where others may not reach. */
const EDGE_WEIGHT = 1e-3

/** The size that an image has to cover when it is decoded, so that a window has enough pixels for the embedder. */
export function matchCover({ width, height }: { width: number; height: number }) {
  return { width: Math.ceil(width / WINDOW_SHARE), height: Math.ceil(height / WINDOW_SHARE) }
}

/**
 * Scores windows of an image as if each was an image of its own: the whole image at once would show small things too small for
 * the network (measured: bench/results/search.md). Within a window, the feature map of the embedder has the scores of places; with an embedder
 * that has none, the score of the window counts. A place has the mean of the windows that cover it, those with it in their middle
 * count most. Scores can be compared with those of results, and between images.
 * @throws {DomainError} `embedder_failed`
 */
export async function matchImage(
  image: RgbImage,
  terms: readonly TermVectors[],
  embedder: EmbedderClient,
): Promise<Match> {
  const pictures = WINDOW_LIST.map((window) => cropImage(image, window))
  const grids = await gridsOf(pictures, embedder)
  const hasColours = terms.some(({ kind }) => kind === 'colours')
  const colours = pictures.map((picture) => (hasColours ? coloursOf(picture) : undefined))
  const mapBy = (score: (vectors: ImageVectors) => number) =>
    mapOf(
      grids.map(({ width, height, places }, n) => ({
        width,
        height,
        scores: Float32Array.from(places, (place) => score({ image: place, colours: colours[n] })),
      })),
    )
  const whole = combine(terms)
  return {
    map: mapBy((vectors) => scoreOf(whole, vectors)),
    parts: terms.map((term) => ({
      kind: term.kind,
      words: term.words,
      map: mapBy((vectors) => scoreByTerm(term, vectors)),
    })),
  }
}

/** The whole image in the vector of a region helps to rank its own image, but hides where the region is. */
export function withoutWholeImage(term: QueryTerm): QueryTerm {
  if (term.kind !== 'region') return term
  return { kind: 'image', weight: term.weight, picture: term.picture, mayBeSketch: false }
}

/** Vectors of the places of a window, row by row. */
interface Grid {
  width: number
  height: number
  places: Float32Array[]
}

async function gridsOf(pictures: readonly RgbImage[], embedder: EmbedderClient): Promise<Grid[]> {
  const { dimensions, places: size = { width: 1, height: 1 } } = embedder
  const embedded = await (embedder.places === undefined
    ? embedder.embed(pictures, 'photo', 'query')
    : embedder.embedPlaces(pictures))
  return embedded.map((vectors) => {
    if (!(vectors instanceof Float32Array)) {
      const message = `The embedder "${embedder.name}" can do nothing with this picture.`
      throw new DomainError('embedder_failed', message, { cause: vectors })
    }
    const places = Array.from({ length: size.width * size.height }, (_, place) =>
      vectors.subarray(place * dimensions, (place + 1) * dimensions),
    )
    return { ...size, places }
  })
}

function mapOf(windows: readonly HeatMap[]): HeatMap {
  const scores = new Float32Array(MAP_SIDE * MAP_SIDE)
  for (let y = 0; y < MAP_SIDE; y++) {
    for (let x = 0; x < MAP_SIDE; x++)
      scores[y * MAP_SIDE + x] = scoreAt(windows, (x + 0.5) / MAP_SIDE, (y + 0.5) / MAP_SIDE)
  }
  return { width: MAP_SIDE, height: MAP_SIDE, scores }
}

/** @param x,y in 0…1 of the image */
function scoreAt(windows: readonly HeatMap[], x: number, y: number): number {
  let sum = 0
  let total = 0
  for (const [n, window] of WINDOW_LIST.entries()) {
    const [inX, inY] = [(x - window.x) / WINDOW_SHARE, (y - window.y) / WINDOW_SHARE]
    if (inX < 0 || inX > 1 || inY < 0 || inY > 1) continue
    const weight = (1 - Math.abs(2 * inX - 1)) * (1 - Math.abs(2 * inY - 1)) + EDGE_WEIGHT
    sum += weight * interpolated(windows[n]!, inX, inY)
    total += weight
  }
  return sum / total
}

/** Bilinear interpolation between the middles of places. @param x,y in 0…1 of the window */
function interpolated({ width, height, scores }: HeatMap, x: number, y: number): number {
  const [left, toRight] = neighbours(x, width)
  const [top, toBottom] = neighbours(y, height)
  const right = Math.min(left + 1, width - 1)
  const bottom = Math.min(top + 1, height - 1)
  const upper = scores[top * width + left]! * (1 - toRight) + scores[top * width + right]! * toRight
  const lower = scores[bottom * width + left]! * (1 - toRight) + scores[bottom * width + right]! * toRight
  return upper * (1 - toBottom) + lower * toBottom
}

/** @returns the place before, and the share of the one after it */
function neighbours(at: number, count: number): [before: number, share: number] {
  const position = Math.min(count - 1, Math.max(0, at * count - 0.5))
  const before = Math.floor(position)
  return [before, position - before]
}
