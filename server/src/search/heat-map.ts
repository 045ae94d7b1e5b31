import type { EmbedderClient } from '../embedding/process/embedder-client.ts'
import { DomainError } from '../errors.ts'
import { coloursOf } from '../gallery/colour-layout.ts'
import type { RgbImage } from '../gallery/resample.ts'
import { combine, scoreByTerm, scoreOf } from './combine.ts'
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
/** Half a window: each place is covered by up to four windows. */
const CELLS = WINDOWS + 1
const WINDOW_LIST: readonly Crop[] = Array.from({ length: WINDOWS * WINDOWS }, (_, n) => ({
  x: ((n % WINDOWS) * WINDOW_SHARE) / 2,
  y: (Math.floor(n / WINDOWS) * WINDOW_SHARE) / 2,
  width: WINDOW_SHARE,
  height: WINDOW_SHARE,
}))

/** The size that an image has to cover when it is decoded, so that a window has enough pixels for the embedder. */
export function matchCover({ width, height }: { width: number; height: number }) {
  return { width: Math.ceil(width / WINDOW_SHARE), height: Math.ceil(height / WINDOW_SHARE) }
}

/**
 * Scores windows of an image as if each was an image of its own. A place has the mean score of the windows that cover it, so it
 * can be compared with the scores of results, and between images. This works with any embedder.
 * @throws {DomainError} `embedder_failed`
 */
export async function matchImage(
  image: RgbImage,
  terms: readonly TermVectors[],
  embedder: EmbedderClient,
): Promise<Match> {
  const pictures = WINDOW_LIST.map((window) => cropImage(image, window))
  const hasColours = terms.some(({ kind }) => kind === 'colours')
  const windows = (await embedWindows(pictures, embedder)).map((vector, n) => ({
    image: vector,
    colours: hasColours ? coloursOf(pictures[n]!) : undefined,
  }))
  const whole = combine(terms)
  return {
    map: mapOf(windows.map((window) => scoreOf(whole, window))),
    parts: terms.map((term) => ({
      kind: term.kind,
      words: term.words,
      map: mapOf(windows.map((window) => scoreByTerm(term, window))),
    })),
  }
}

/** The whole image in the vector of a region helps to rank its own image, but hides where the region is. */
export function withoutWholeImage(term: QueryTerm): QueryTerm {
  if (term.kind !== 'region') return term
  return { kind: 'image', weight: term.weight, picture: term.picture, mayBeSketch: false }
}

async function embedWindows(
  pictures: readonly RgbImage[],
  embedder: EmbedderClient,
): Promise<Float32Array[]> {
  const embedded = await embedder.embed(pictures, 'photo', 'query')
  return embedded.map((vector) => {
    if (vector instanceof Float32Array) return vector
    const message = `The embedder "${embedder.name}" can do nothing with this picture.`
    throw new DomainError('embedder_failed', message, { cause: vector })
  })
}

/** @param scores of the windows */
function mapOf(scores: readonly number[]): HeatMap {
  const sums = new Float32Array(CELLS * CELLS)
  const counts = new Float32Array(CELLS * CELLS)
  for (const [n, score] of scores.entries()) {
    const [column, row] = [n % WINDOWS, Math.floor(n / WINDOWS)]
    for (const y of [row, row + 1]) {
      for (const x of [column, column + 1]) {
        sums[y * CELLS + x]! += score
        counts[y * CELLS + x]!++
      }
    }
  }
  return { width: CELLS, height: CELLS, scores: sums.map((sum, cell) => sum / counts[cell]!) }
}
