/** Frequencies of the luminance in each direction, from 0. A ThumbHash has at most seven. */
const FREQUENCIES = 7
const HEADER_BYTES = 5
const HEADER_BYTES_WITH_ALPHA = 6
const MAX_NIBBLE = 15

/** The light and shade of an image: coefficients of a cosine transform, `[FREQUENCIES, FREQUENCIES]` by vertical and horizontal frequency. */
export type Luminance = Float32Array

/** Reads the luminance of a ThumbHash in base64 (layout: https://evanw.github.io/thumbhash/). Its mean and its contrast are left out. */
export function luminanceOf(thumbhash: string): Luminance {
  const hash = Buffer.from(thumbhash, 'base64')
  const hasAlpha = hash[2]! >> 7 === 1
  const isLandscape = hash[4]! >> 7 === 1
  const longer = hasAlpha ? 5 : 7
  const shorter = Math.max(3, hash[3]! & 7)
  const [width, height] = isLandscape ? [longer, shorter] : [shorter, longer]
  const start = hasAlpha ? HEADER_BYTES_WITH_ALPHA : HEADER_BYTES
  const values = new Float32Array(FREQUENCIES * FREQUENCIES)
  let index = 0
  for (let y = 0; y < height; y++) {
    for (let x = y > 0 ? 0 : 1; x * height < width * (height - y); x++, index++) {
      const nibble = (hash[start + (index >> 1)]! >> ((index & 1) * 4)) & MAX_NIBBLE
      values[y * FREQUENCIES + x] = (2 * nibble) / MAX_NIBBLE - 1
    }
  }
  return values
}

/** Levels of the parts of `brightnessOf`, which differ by one where an image was compressed again. */
export interface Brightness {
  /** Mean lightness, and two differences of colours; 0…63. */
  mean: readonly [number, number, number]
  /** Contrast, 0…31. */
  contrast: number
}

/** Reads mean colour and contrast of a ThumbHash, which turning does not change. */
export function brightnessOf(thumbhash: string): Brightness {
  const header = Buffer.from(thumbhash, 'base64').readUIntLE(0, 3)
  return { mean: [header & 63, (header >> 6) & 63, (header >> 12) & 63], contrast: (header >> 18) & 31 }
}

/** Cosine similarity of light and shade, of the image or its mirror image; the more similar one counts. */
export function luminanceSimilarity(a: Luminance, b: Luminance): number {
  const [ee, eo, oe, oo] = productsByParity(a, b)
  // Mirroring changes the sign of odd horizontal frequencies.
  return ee + oe + Math.abs(eo + oo)
}

/** Length of `inParityOrder`. */
export const LUMINANCE_LENGTH = FREQUENCIES * FREQUENCIES
/** Places of the frequencies: first those that are even in both directions, then odd horizontally, odd vertically, odd in both. */
const PARITY_ORDER = [0, 1, 2, 3].flatMap((parity) =>
  Array.from({ length: LUMINANCE_LENGTH }, (_, at) => at).filter(
    (at) => 2 * (Math.floor(at / FREQUENCIES) % 2) + ((at % FREQUENCIES) % 2) === parity,
  ),
)
/** Ends of the first three parts. */
const [END_OF_EVEN, END_OF_ODD_X, END_OF_ODD_Y] = [16, 28, 40] as const

/** Coefficients in the order of `PARITY_ORDER`, as whole numbers from −15 to 15. */
export function inParityOrder(luminance: Luminance): Int8Array {
  return Int8Array.from(PARITY_ORDER, (at) => Math.round(luminance[at]! * MAX_NIBBLE))
}

/** The coefficients of the image whose diagonal is its mirror, in the same order. */
export function transposedInParityOrder(luminance: Luminance): Int8Array {
  return Int8Array.from(PARITY_ORDER, (at) =>
    Math.round(luminance[(at % FREQUENCIES) * FREQUENCIES + Math.floor(at / FREQUENCIES)]! * MAX_NIBBLE),
  )
}

/**
 * Similarity of light and shade of an image to another one turned by 90°, 180° or 270°; the most similar one counts.
 * @param upright the image, `inParityOrder`
 * @param transposed the same, `transposedInParityOrder`
 * @param others other images, one after the other
 * @param start of the other one
 * @returns a dot product, not divided by the lengths of both
 */
export function turnedProduct(
  upright: Int8Array,
  transposed: Int8Array,
  others: Int8Array,
  start: number,
): number {
  let [even, oddX, oddY, odd, half] = [0, 0, 0, 0, 0]
  // Half a turn changes the sign of odd frequencies of both directions; a quarter also exchanges the directions.
  for (let i = 0; i < END_OF_EVEN; i++) {
    const other = others[start + i]!
    half += upright[i]! * other
    even += transposed[i]! * other
  }
  for (let i = END_OF_EVEN; i < END_OF_ODD_X; i++) {
    const other = others[start + i]!
    half -= upright[i]! * other
    oddX += transposed[i]! * other
  }
  for (let i = END_OF_ODD_X; i < END_OF_ODD_Y; i++) {
    const other = others[start + i]!
    half -= upright[i]! * other
    oddY += transposed[i]! * other
  }
  for (let i = END_OF_ODD_Y; i < LUMINANCE_LENGTH; i++) {
    const other = others[start + i]!
    half += upright[i]! * other
    odd += transposed[i]! * other
  }
  return Math.max(half, even - odd + Math.abs(oddX - oddY))
}

/**
 * The parts of the cosine similarity by frequencies that are even or odd.
 * @returns both even; horizontal odd; vertical odd; both odd
 */
function productsByParity(a: Luminance, b: Luminance): [ee: number, eo: number, oe: number, oo: number] {
  const products: [number, number, number, number] = [0, 0, 0, 0]
  let [ofA, ofB] = [0, 0]
  for (let at = 0; at < a.length; at++) {
    const [first, second] = [a[at]!, b[at]!]
    ofA += first * first
    ofB += second * second
    const [y, x] = [Math.floor(at / FREQUENCIES), at % FREQUENCIES]
    products[2 * (y % 2) + (x % 2)]! += first * second
  }
  const length = Math.sqrt(ofA * ofB)
  return length === 0 ? products : (products.map((product) => product / length) as typeof products)
}
