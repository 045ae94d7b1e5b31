import type { RgbImage } from '../../gallery/resample.ts'
import type { InkMap } from './ink-map.ts'
import { inkOnPaper } from './paper.ts'

/** Red, green and blue, 0…255. */
type Color = [number, number, number]

export interface Box {
  x: number
  y: number
  width: number
  height: number
}

/** Smaller differences from the paper, 0…255, are noise of a scanner or of JPEG. */
const FIRST_INK = Math.ceil(0.08 * 255)
const BORDER_SHARE = 0.02
/** A sheet that a program made has one colour along at least this share of its border. */
const EVEN_BORDER = 0.9
/** Difference of nearly the same colour, 0…255. */
const SAME_COLOUR_MAX_DIFFERENCE = 4

/**
 * Separates drawing from paper. On an even background, ink is what differs from it in any channel, in any colours, relative to
 * the strongest ink. Otherwise the picture counts as a photo of a drawing on paper.
 * @returns the ink; its size differs from the picture's for photos of drawings
 */
export function inkMap(image: RgbImage): InkMap {
  const { color, evenness } = backgroundOf(image)
  if (evenness >= EVEN_BORDER) return inkAgainst(color, image)
  return inkOnPaper(image) ?? inkAgainst(color, image)
}

/** Whether the background has one colour, as the sheet of a drawing program has. */
export function hasEvenBackground(image: RgbImage): boolean {
  return backgroundOf(image).evenness >= EVEN_BORDER
}

function inkAgainst(background: Color, image: RgbImage): InkMap {
  const { width, height } = image
  const differences = new Uint8Array(width * height)
  const strengths = strengthsOf(differencesFrom(background, image, differences))
  const strength = new Float32Array(differences.length)
  for (let i = 0; i < strength.length; i++) {
    const difference = differences[i]!
    if (difference >= FIRST_INK) strength[i] = strengths[difference]!
  }
  return { strength, width, height }
}

/** Ink in steps, 0…255, in a buffer that the next call overwrites. */
export interface InkLevels {
  levels: Uint8Array
  width: number
  height: number
  /** The smallest box around all ink that is strong enough; undefined if there is none. */
  box: Box | undefined
}

/** As `inkMap`, in a fraction of its time. @param threshold of the ink in the box, 0…1 */
export function inkLevels(image: RgbImage, threshold: number): InkLevels {
  const { color, evenness } = backgroundOf(image)
  const onPaper = evenness >= EVEN_BORDER ? undefined : inkOnPaper(image)
  if (onPaper === undefined) return levelsAgainst(color, image, threshold)
  const { strength, width, height } = onPaper
  return { levels: Uint8Array.from(strength, levelOf), width, height, box: boundsOfInk(onPaper, threshold) }
}

function levelOf(strength: number): number {
  return 255 - Math.round(255 * (1 - strength))
}

let levelBuffer = new Uint32Array(0)

function levelsAgainst(background: Color, image: RgbImage, threshold: number): InkLevels {
  const { width, height } = image
  const length = width * height
  const words = Math.ceil(length / 4)
  if (levelBuffer.length < words) levelBuffer = new Uint32Array(words)
  const four = levelBuffer.subarray(0, words).fill(0)
  const levels = new Uint8Array(levelBuffer.buffer, 0, length)
  const strengths = strengthsOf(differencesFrom(background, image, levels))
  const toLevel = Uint8Array.from(strengths, levelOf)
  const isInBox = Uint8Array.from(strengths, (strength) => (strength >= threshold ? 1 : 0))
  let [left, right, top, bottom] = [width, -1, height, -1]
  for (let word = 0; word < words; word++) {
    // Nearly all pixels of a drawing are paper.
    if (four[word] === 0) continue
    for (let i = 4 * word; i < Math.min(length, 4 * word + 4); i++) {
      const difference = levels[i]!
      if (difference === 0) continue
      levels[i] = toLevel[difference]!
      if (isInBox[difference] === 0) continue
      const x = i % width
      const y = (i - x) / width
      if (x < left) left = x
      if (x > right) right = x
      if (y < top) top = y
      bottom = y
    }
  }
  const box = right < 0 ? undefined : { x: left, y: top, width: right - left + 1, height: bottom - top + 1 }
  return { levels, width, height, box }
}

/** How strongly a pixel of each difference stands out, 0…1. */
function strengthsOf(histogram: Uint32Array): Float32Array {
  histogram.fill(0, 0, FIRST_INK)
  const strongest = percentileOf(histogram, 0.95)
  return Float32Array.from(histogram, (_, difference) =>
    difference < FIRST_INK ? 0 : Math.min(1, difference / strongest),
  )
}

/**
 * Writes how much each pixel differs from the background, 0…255.
 * @param differences zeros
 * @returns the number of pixels with each difference
 */
function differencesFrom(background: Color, { data }: RgbImage, differences: Uint8Array): Uint32Array {
  const histogram = new Uint32Array(256)
  const { length } = differences
  // Four pixels are three words.
  const groups = data.byteOffset % 4 === 0 ? Math.floor(length / 4) : 0
  const words = new Uint32Array(data.buffer, groups === 0 ? 0 : data.byteOffset, 3 * groups)
  const [first, second, third] = new Uint32Array(
    Uint8Array.from({ length: 12 }, (_, i) => background[i % 3]!).buffer,
  )
  const compare = (start: number, end: number) => {
    for (let i = start; i < end; i++) {
      const difference = differenceFrom(background, data, 3 * i)
      if (difference === 0) continue
      differences[i] = difference
      histogram[difference]!++
    }
  }
  for (let group = 0, at = 0; group < groups; group++, at += 3) {
    if (words[at] === first && words[at + 1] === second && words[at + 2] === third) continue
    compare(4 * group, 4 * group + 4)
  }
  compare(4 * groups, length)
  return histogram
}

/** The largest difference in a channel, 0…255. */
function differenceFrom(background: Color, data: Uint8Array, at: number): number {
  // Destructuring would take several times as long.
  const red = Math.abs(data[at]! - background[0])
  const green = Math.abs(data[at + 1]! - background[1])
  const blue = Math.abs(data[at + 2]! - background[2])
  return Math.max(red, green, blue)
}

/** The smallest box around all ink; undefined if there is none. */
function boundsOfInk({ strength, width, height }: InkMap, threshold: number): Box | undefined {
  let left = width
  let right = -1
  let top = height
  let bottom = -1
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (strength[y * width + x]! < threshold) continue
      if (x < left) left = x
      if (x > right) right = x
      if (y < top) top = y
      bottom = y
    }
  }
  if (right < 0) return undefined
  return { x: left, y: top, width: right - left + 1, height: bottom - top + 1 }
}

/** The median of each channel along the border, and the share of the border that has nearly this colour. */
function backgroundOf(image: RgbImage): { color: Color; evenness: number } {
  const histograms = [new Uint32Array(256), new Uint32Array(256), new Uint32Array(256)] as const
  const border = borderOf(image)
  for (const at of border) {
    histograms[0][image.data[at]!]!++
    histograms[1][image.data[at + 1]!]!++
    histograms[2][image.data[at + 2]!]!++
  }
  const median = (histogram: Uint32Array) => {
    let level = 0
    for (let seen = histogram[0]!; seen * 2 < border.length; seen += histogram[level]!) level++
    return level
  }
  const color: Color = [median(histograms[0]), median(histograms[1]), median(histograms[2])]
  let even = 0
  for (const at of border) if (differenceFrom(color, image.data, at) <= SAME_COLOUR_MAX_DIFFERENCE) even++
  return { color, evenness: even / border.length }
}

/** @returns where the border's pixels begin in the data */
function borderOf({ width, height }: RgbImage): Int32Array {
  const border = Math.max(1, Math.round(Math.min(width, height) * BORDER_SHARE))
  const edgeRows = Math.min(height, 2 * border)
  const places = new Int32Array(edgeRows * width + (height - edgeRows) * Math.min(width, 2 * border))
  let count = 0
  for (let y = 0; y < height; y++) {
    const isEdgeRow = y < border || y >= height - border
    for (let x = 0; x < width; x++) {
      if (!isEdgeRow && x === border && width > 2 * border) x = width - border
      places[count++] = (y * width + x) * 3
    }
  }
  return places
}

/** Returns the level that a share of all counted values does not exceed. */
function percentileOf(histogram: Uint32Array, share: number): number {
  const count = histogram.reduce((sum, values) => sum + values, 0)
  let seen = 0
  return histogram.findIndex((values) => {
    seen += values
    return seen >= count * share
  })
}
