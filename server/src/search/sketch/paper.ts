import { type RgbImage, resample } from '../../gallery/resample.ts'
import { shareTouching, withoutSpecks } from './components.ts'
import type { InkMap } from './ink-map.ts'
import { closing } from './morphology.ts'
import { paperArea } from './paper-area.ts'
import { enlarged, type Plane, shrunk } from './plane.ts'
import { removeRuling } from './ruling.ts'

const LONGER_SIDE = 512
/** Side in pixels of the squares on which paper is estimated. */
const SQUARE_PX = 3
/** Radius of the closing that removes ink from paper, as a share of the longer side: strokes are thinner than twice this. */
const CLOSING_RADIUS = 0.05
/** Fainter ink is noise. */
const MIN_INK = 0.08
/** Ink fainter than this share of the strongest is dirt, or shows through from the back. */
const MIN_INK_SHARE = 0.42
/** Rank of the strongest ink among all. */
const STRONGEST_INK_RANK = 0.98
/** Spots that are smaller than this share of the longer side are dirt. */
const MIN_SPOT_SHARE = 0.02

export interface PaperInk extends InkMap {
  /** Share of the ink that reaches the edge of the sheet inside the photo, 0…1. Drawings leave a border; what lies behind it does not. */
  cutShare: number
}

/**
 * Separates a drawing on paper from a photo of it. The paper may be ruled, lie in uneven light or on a table; the pen may have any colour.
 * Paper is estimated by a grey closing of each channel (Serra 1982); ink is what is darker.
 * @returns ink 0…1 relative to its strongest, with the longer side at most 512 pixels; undefined if no sheet of paper is visible
 */
export function inkOnPaper(photo: RgbImage): PaperInk | undefined {
  const scale = Math.min(1, LONGER_SIDE / Math.max(photo.width, photo.height))
  const width = Math.max(1, Math.round(photo.width * scale))
  const height = Math.max(1, Math.round(photo.height * scale))
  const channels = channelsOf(resample(photo, width, height))
  const paper = channels.map(paperOf)
  const strength = Float32Array.from({ length: width * height }, (_, i) => {
    let ratio = 1
    for (const [c, { values }] of channels.entries())
      ratio = Math.min(ratio, values[i]! / Math.max(1, paper[c]!.values[i]!))
    return 1 - ratio
  })
  const ink = { values: strength, width, height }
  const area = paperArea(paper, ink)
  if (area === undefined) return undefined
  for (const [i, isPaper] of area.entries()) if (isPaper === 0) strength[i] = 0
  removeRuling(ink, area, MIN_INK)
  const levels = levelled(ink)
  return {
    strength: levels,
    width,
    height,
    cutShare: shareTouching(levels, edgeOf(area, width, height), width, height),
  }
}

/** @returns 1 for pixels of the sheet beside others; the frame of the photo is no edge */
function edgeOf(area: Uint8Array, width: number, height: number): Uint8Array {
  return area.map((isPaper, i) => {
    const x = i % width
    const y = (i - x) / width
    const isEdge =
      (x > 0 && area[i - 1] === 0) ||
      (x < width - 1 && area[i + 1] === 0) ||
      (y > 0 && area[i - width] === 0) ||
      (y < height - 1 && area[i + width] === 0)
    return isPaper === 1 && isEdge ? 1 : 0
  })
}

function channelsOf({ data, width, height }: RgbImage): Plane[] {
  return [0, 1, 2].map((channel) => ({
    values: Float32Array.from({ length: width * height }, (_, i) => data[i * 3 + channel]!),
    width,
    height,
  }))
}

/** Brightness at each pixel as if nothing were drawn. */
function paperOf(channel: Plane): Plane {
  const coarse = shrunk(channel, SQUARE_PX)
  const radius = Math.max(1, Math.round(Math.max(coarse.width, coarse.height) * CLOSING_RADIUS))
  return enlarged(closing(coarse, radius), channel.width, channel.height)
}

/** Scales ink so that its strongest is 1, without faint ink and specks. */
function levelled({ values, width, height }: Plane): Float32Array {
  const drawn = values.filter((value) => value > MIN_INK).sort()
  if (drawn.length === 0) return new Float32Array(values.length)
  const strongest = drawn[Math.floor((drawn.length - 1) * STRONGEST_INK_RANK)]!
  const faintest = Math.max(MIN_INK, MIN_INK_SHARE * strongest)
  const ink = values.map((value) => (value < faintest ? 0 : Math.min(1, value / strongest)))
  return withoutSpecks(ink, width, height, MIN_SPOT_SHARE * Math.max(width, height))
}
