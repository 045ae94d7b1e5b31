import { type RgbImage, reduceByBlocks, resample } from './resample.ts'

/**
 * Describes which colours are where in an image: a histogram of 16 colours over the whole image, and one for each cell of a 3 ×
 * 3 grid, as the colour layout of MPEG-7 (ISO/IEC 15938-3) divides an image, with soft assignment in CIELAB. Square roots of
 * the shares make the dot product the Bhattacharyya coefficient. The mean of photos is subtracted, so that colours that most
 * images have count little.
 */
const GRID = 3
const CELLS = GRID * GRID
/** sRGB values spread over CIELAB; dark and pale ones are closer together, because photos consist of them. */
const PALETTE = [
  0x000000, 0x555555, 0xaaaaaa, 0xffffff, 0xd02020, 0xf08020, 0xf0d830, 0x40a030, 0x30b0b0, 0x3070d0,
  0x8040b0, 0xf090b0, 0x7a4a20, 0xd8c0a0, 0x203050, 0x405020,
]
const COLOURS = PALETTE.length
/** Linear light of each value of an sRGB channel. */
const LINEAR = Float64Array.from({ length: 256 }, (_, value) => {
  const share = value / 255
  return share > 0.04045 ? ((share + 0.055) / 1.055) ** 2.4 : share / 12.92
})
export const COLOUR_DIMENSIONS = COLOURS * (1 + CELLS)
/** Raised when vectors of the same image can no longer be compared with earlier ones. */
export const COLOUR_VERSION = '1'
/** Distance in CIELAB at which a colour counts as another one. */
const SOFTNESS = 12
/** Palette colours that are less similar than e^-16 of the nearest one get no share. */
const MAX_EXPONENT = 16
const SIDE = 24
/** Means over 985 photos of VOC 2007, COCO and BSDS: of the whole image, and of a cell in each row. */
const GLOBAL_MEAN = [
  0.307, 0.497, 0.411, 0.204, 0.03, 0.029, 0.023, 0.025, 0.081, 0.034, 0.006, 0.052, 0.226, 0.273, 0.211,
  0.247,
]
const ROW_MEANS = [
  [
    0.073, 0.139, 0.135, 0.076, 0.004, 0.005, 0.004, 0.005, 0.028, 0.011, 0.001, 0.013, 0.055, 0.081, 0.053,
    0.068,
  ],
  [
    0.088, 0.168, 0.129, 0.044, 0.009, 0.008, 0.006, 0.006, 0.024, 0.007, 0.002, 0.017, 0.074, 0.083, 0.066,
    0.077,
  ],
  [
    0.097, 0.163, 0.112, 0.032, 0.006, 0.007, 0.005, 0.007, 0.019, 0.004, 0.001, 0.012, 0.071, 0.076, 0.066,
    0.079,
  ],
]

/** A colour of a palette. */
export interface PaletteColour {
  /** 0xRRGGBB. */
  rgb: number
  /** Its share in the picture, relative to the other colours. */
  share: number
  /** The part of the picture that has it, in 0…1; anywhere if it is absent. */
  place?: { x: number; y: number; width: number; height: number } | undefined
}

/** The colours of an image. @returns unit length, `COLOUR_DIMENSIONS` */
export function coloursOf(image: RgbImage): Float32Array {
  const { data } = resample(reduceByBlocks(image, SIDE), SIDE, SIDE)
  return layoutOf(data, EQUAL_WEIGHTS)
}

/**
 * The colours of the drawn part of a picture. Colours of neutral ink count less: pens are black by default.
 * @param ink strength of each pixel, 0…1
 */
export function inkColours(image: RgbImage, ink: Float32Array): Float32Array {
  const weights = new Float32Array(SIDE * SIDE)
  const data = new Uint8Array(SIDE * SIDE * 3)
  const sums = new Float32Array(SIDE * SIDE * 3)
  for (let y = 0; y < image.height; y++) {
    const row = Math.floor((y * SIDE) / image.height)
    for (let x = 0; x < image.width; x++) {
      const pixel = row * SIDE + Math.floor((x * SIDE) / image.width)
      const from = (y * image.width + x) * 3
      const strength = ink[y * image.width + x]!
      weights[pixel]! += strength
      for (let c = 0; c < 3; c++) sums[pixel * 3 + c]! += strength * image.data[from + c]!
    }
  }
  for (const [i, sum] of sums.entries()) data[i] = sum / Math.max(weights[Math.floor(i / 3)]!, 1e-6)
  for (const [pixel, weight] of weights.entries()) {
    const [, a, b] = labOf(data[pixel * 3]!, data[pixel * 3 + 1]!, data[pixel * 3 + 2]!)
    weights[pixel] = weight * (NEUTRAL_WEIGHT + Math.hypot(a, b) / FULL_CHROMA)
  }
  return layoutOf(data, weights)
}

const EQUAL_WEIGHTS = new Float32Array(SIDE * SIDE).fill(1)
const NEUTRAL_WEIGHT = 0.15
const FULL_CHROMA = 60

/** The colours that a palette stands for. The cells of colours without a place are left out of the comparison. */
export function paletteColours(palette: readonly PaletteColour[]): Float32Array {
  const total = palette.reduce((sum, { share }) => sum + share, 0)
  const shares = new Float32Array(COLOUR_DIMENSIONS)
  const isCompared = new Array<boolean>(1 + CELLS).fill(false)
  isCompared[0] = true
  for (const { rgb, share, place } of palette) {
    const weights = softAssignment(...channelsOf(rgb), new Float32Array(COLOURS))
    addShares(shares, 0, weights, share / total)
    const covers = place === undefined ? [] : coverOf(place)
    for (const [cell, cover] of covers.entries()) {
      if (cover === 0) continue
      isCompared[1 + cell] = true
      addShares(shares, 1 + cell, weights, (cover * share) / total)
    }
  }
  return compared(shares, isCompared)
}

/** The colours of the mirror image. */
export function mirroredColours(colours: Float32Array): Float32Array {
  const mirrored = colours.slice()
  for (let cell = 0; cell < CELLS; cell++) {
    const other = cell - (cell % GRID) + (GRID - 1 - (cell % GRID))
    const from = (1 + other) * COLOURS
    mirrored.set(colours.subarray(from, from + COLOURS), (1 + cell) * COLOURS)
  }
  return mirrored
}

/** @param weights of the pixels */
function layoutOf(data: Uint8Array, weights: Float32Array): Float32Array {
  let total = 0
  for (const weight of weights) total += weight
  const shares = new Float32Array(COLOUR_DIMENSIONS)
  const assigned = new Float32Array(COLOURS)
  for (let pixel = 0, at = 0; pixel < weights.length; pixel++, at += 3) {
    const weight = weights[pixel]!
    if (weight === 0) continue
    softAssignment(data[at]!, data[at + 1]!, data[at + 2]!, assigned)
    addShares(shares, 1 + CELL_OF[pixel]!, assigned, weight / total)
  }
  // The whole image is the sum of its cells.
  for (let i = COLOURS; i < COLOUR_DIMENSIONS; i++) shares[i % COLOURS]! += shares[i]!
  return compared(shares, new Array<boolean>(1 + CELLS).fill(true))
}

/** The cell of each pixel of a picture of `SIDE` × `SIDE`. */
const CELL_OF = Uint8Array.from({ length: SIDE * SIDE }, (_, pixel) => {
  const row = Math.floor((Math.floor(pixel / SIDE) * GRID) / SIDE)
  return row * GRID + Math.floor(((pixel % SIDE) * GRID) / SIDE)
})

function addShares(shares: Float32Array, group: number, weights: Float32Array, share: number): void {
  for (let colour = 0; colour < COLOURS; colour++)
    shares[group * COLOURS + colour]! += weights[colour]! * share
}

/** Square roots of the shares without their means, of unit length; 0 where nothing is compared. */
function compared(shares: Float32Array, isCompared: readonly boolean[]): Float32Array {
  const vector = shares.map((share, i) => {
    const group = Math.floor(i / COLOURS)
    return isCompared[group] ? Math.sqrt(share) - meanOf(group, i % COLOURS) : 0
  })
  const length = Math.hypot(...vector)
  return vector.map((value) => value / length)
}

function meanOf(group: number, colour: number): number {
  return group === 0 ? GLOBAL_MEAN[colour]! : ROW_MEANS[Math.floor((group - 1) / GRID)]![colour]!
}

/** The share of a box in each cell. */
function coverOf({ x, y, width, height }: NonNullable<PaletteColour['place']>): number[] {
  const overlap = (start: number, length: number, n: number) =>
    Math.max(0, Math.min(start + length, (n + 1) / GRID) - Math.max(start, n / GRID))
  return Array.from({ length: CELLS }, (_, cell) => {
    const area = overlap(x, width, cell % GRID) * overlap(y, height, Math.floor(cell / GRID))
    return area / (width * height)
  })
}

type Lab = readonly [lightness: number, a: number, b: number]
const PALETTE_LAB: readonly Lab[] = PALETTE.map((rgb) => labOf(...channelsOf(rgb)))

/**
 * Weights of the palette for a colour; their sum is 1.
 * @param weights receives them, and is returned
 */
function softAssignment(red: number, green: number, blue: number, weights: Float32Array): Float32Array {
  const [lightness, a, b] = labOf(red, green, blue)
  let nearest = Number.POSITIVE_INFINITY
  for (let colour = 0; colour < COLOURS; colour++) {
    const lab = PALETTE_LAB[colour]!
    const distance = (lab[0] - lightness) ** 2 + (lab[1] - a) ** 2 + (lab[2] - b) ** 2
    weights[colour] = distance
    if (distance < nearest) nearest = distance
  }
  let total = 0
  for (let colour = 0; colour < COLOURS; colour++) {
    const exponent = (weights[colour]! - nearest) / (2 * SOFTNESS ** 2)
    const weight = exponent > MAX_EXPONENT ? 0 : Math.exp(-exponent)
    weights[colour] = weight
    total += weight
  }
  for (let colour = 0; colour < COLOURS; colour++) weights[colour]! /= total
  return weights
}

function channelsOf(rgb: number): [red: number, green: number, blue: number] {
  return [rgb >> 16, (rgb >> 8) & 255, rgb & 255]
}

/** CIELAB with white point D65 of an sRGB colour (IEC 61966-2-1, CIE 15). */
function labOf(red: number, green: number, blue: number): Lab {
  const [r, g, b] = [LINEAR[red]!, LINEAR[green]!, LINEAR[blue]!]
  const x = labRoot((0.4124564 * r + 0.3575761 * g + 0.1804375 * b) / 0.95047)
  const y = labRoot(0.2126729 * r + 0.7151522 * g + 0.072175 * b)
  const z = labRoot((0.0193339 * r + 0.119192 * g + 0.9503041 * b) / 1.08883)
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)]
}

function labRoot(value: number): number {
  return value > 216 / 24_389 ? Math.cbrt(value) : ((24_389 / 27) * value + 16) / 116
}
