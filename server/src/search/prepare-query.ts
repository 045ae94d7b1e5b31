import type { EmbedderClient } from '../embedding/process/embedder-client.ts'
import type { Crop } from '../gallery/crop.ts'
import { MAX_ASPECT } from '../gallery/decode.ts'
import { type RgbImage, resample } from '../gallery/resample.ts'
import type { QueryKind } from '../saved-queries/saved-queries.ts'
import { detectKind, isBlank } from './sketch/detect-kind.ts'
import { prepareSketch } from './sketch/prepare-sketch.ts'

/** Pictures to search with are reduced to a multiple of the input size of the embedder: enough for a drawing that fills half a sheet. */
const QUERY_SCALE = 2
const MIN_QUERY_SIDE = 256
/** Size of the sheets of the page: reducing one slightly takes longer than using all its pixels. */
const SHEET_SIDE = 512
const MAX_ENLARGEMENT = 8

/** The size that a query's picture is to cover when it is decoded; a small part of it needs more of the original's pixels. */
export function queryCover(
  { width, height }: EmbedderClient['inputSize'],
  crop: Crop | undefined,
  kind: QueryKind = 'auto',
) {
  const least = kind === 'sketch' ? SHEET_SIDE : MIN_QUERY_SIDE
  const side = Math.max(least, QUERY_SCALE * Math.max(width, height))
  const factor = crop === undefined ? 1 : Math.min(MAX_ENLARGEMENT, 1 / Math.min(crop.width, crop.height))
  return { width: Math.ceil(side * factor), height: Math.ceil(side * factor) }
}

/** A part of a picture, no larger than a whole one may be when it is decoded: a strip of a strip is very long. */
export function limitSize(inputSize: EmbedderClient['inputSize'], image: RgbImage): RgbImage {
  const most = MAX_ASPECT * queryCover(inputSize, undefined).width
  const scale = most / Math.max(image.width, image.height)
  if (scale >= 1) return image
  const scaled = (side: number) => Math.max(1, Math.round(side * scale))
  return resample(image, scaled(image.width), scaled(image.height))
}

/**
 * Converts a picture to the input of the embedder.
 * @throws {DomainError} `blank_sketch` if nothing is drawn
 */
export function prepareQuery(
  image: RgbImage,
  kind: QueryKind,
  { sketchMargin, inputSize }: Pick<EmbedderClient, 'sketchMargin' | 'inputSize'>,
): { image: RgbImage; kind: 'sketch' | 'image' } {
  const isSketch =
    kind === 'sketch' || (kind === 'auto' && (detectKind(image) === 'sketch' || isBlank(image)))
  if (!isSketch) return { image, kind: 'image' }
  return { image: prepareSketch(image, sketchMargin, inputSize), kind: 'sketch' }
}
