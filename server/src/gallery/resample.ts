/** An 8-bit RGB picture, row-major `[height, width, 3]`. */
export interface RgbImage {
  data: Uint8Array
  width: number
  height: number
}

/** The source pixels that each target pixel is made of, and their weights (which sum to 1). */
export interface Taps {
  /** Index of the first source pixel of each target pixel. */
  first: Int32Array
  /** Index of the first weight of each target pixel; its weights end where those of the next one begin. */
  start: Int32Array
  weights: Float32Array
}

/** Sizes repeat, so their filters are kept, and rows are resized into buffers that only grow. */
const MAX_KEPT_TAPS = 256
const keptTaps = new Map<string, Taps>()
let rowBuffer = new Float32Array(0)
let sumBuffer = new Float64Array(0)

/**
 * Resizes to exactly `width` × `height` with the antialiased triangle filter that `PIL.Image.resize(BILINEAR)`
 * and torchvision use: the filter's support grows with the reduction, so nothing is skipped when shrinking.
 * Written by hand because sharp resizes small pictures more slowly than it decodes them.
 */
export function resample(image: RgbImage, width: number, height: number): RgbImage {
  if (image.width === width && image.height === height) return image
  const rows = resampleRows(image, width)
  return { data: resampleColumns(rows, image.height, 3 * width, height), width, height }
}

/**
 * Averages square blocks of pixels, as many as leave at least `side` pixels each way. It costs a tenth of `resample`, for what
 * needs no exact size.
 * @returns the image itself if it is too small
 */
export function reduceByBlocks(image: RgbImage, side: number): RgbImage {
  const block = Math.floor(Math.min(image.width, image.height) / side)
  if (block < 2) return image
  const width = Math.floor(image.width / block)
  const height = Math.floor(image.height / block)
  const data = new Uint8Array(width * height * 3)
  const sums = new Uint32Array(width * 3)
  const area = block * block
  for (let y = 0; y < height; y++) {
    sums.fill(0)
    for (let row = 0; row < block; row++) {
      addBlockRow(image.data, (y * block + row) * image.width * 3, block, sums)
    }
    for (let i = 0; i < sums.length; i++) data[y * sums.length + i] = (sums[i]! + area / 2) / area
  }
  return { data, width, height }
}

/** Adds the pixels of one row to the sums of their blocks. */
function addBlockRow(data: Uint8Array, start: number, block: number, sums: Uint32Array): void {
  for (let i = 0, at = start; i < sums.length; i += 3) {
    let red = 0
    let green = 0
    let blue = 0
    for (const end = at + 3 * block; at < end; at += 3) {
      red += data[at]!
      green += data[at + 1]!
      blue += data[at + 2]!
    }
    sums[i]! += red
    sums[i + 1]! += green
    sums[i + 2]! += blue
  }
}

/** @returns `[image.height, width, 3]`, in a buffer that the next call overwrites */
function resampleRows({ data, width: sourceWidth, height }: RgbImage, width: number): Float32Array {
  const { first, start, weights } = tapsFor(sourceWidth, width)
  const out = rowsOf(width * height * 3)
  for (let y = 0, o = 0; y < height; y++) {
    const row = y * sourceWidth
    for (let x = 0; x < width; x++, o += 3) {
      let red = 0
      let green = 0
      let blue = 0
      const end = start[x + 1]!
      for (let tap = start[x]!, at = (row + first[x]!) * 3; tap < end; tap++, at += 3) {
        const weight = weights[tap]!
        red += weight * data[at]!
        green += weight * data[at + 1]!
        blue += weight * data[at + 2]!
      }
      out[o] = red
      out[o + 1] = green
      out[o + 2] = blue
    }
  }
  return out
}

function rowsOf(length: number): Float32Array {
  if (rowBuffer.length < length) rowBuffer = new Float32Array(length)
  return rowBuffer
}

/** Adds two rows at a time to the sums of a row of the result, which takes half as long as one value after the other. @param stride values in a row */
function resampleColumns(
  rows: Float32Array,
  sourceHeight: number,
  stride: number,
  height: number,
): Uint8Array {
  const { first, start, weights } = tapsFor(sourceHeight, height)
  const data = new Uint8Array(stride * height)
  if (sumBuffer.length < stride) sumBuffer = new Float64Array(stride)
  const sums = sumBuffer.subarray(0, stride)
  for (let y = 0, out = 0; y < height; y++, out += stride) {
    sums.fill(0.5) // rounds to nearest when it is truncated
    const last = start[y + 1]! - 1
    let tap = start[y]!
    let at = first[y]! * stride
    for (; tap < last - 1; tap += 2, at += 2 * stride) {
      const [weight, next, below] = [weights[tap]!, weights[tap + 1]!, at + stride]
      for (let i = 0; i < stride; i++) sums[i]! += weight * rows[at + i]! + next * rows[below + i]!
    }
    const isPair = tap < last
    const [weight, next, below] = [weights[tap]!, isPair ? weights[tap + 1]! : 0, isPair ? at + stride : at]
    for (let i = 0; i < stride; i++)
      data[out + i] = sums[i]! + weight * rows[at + i]! + next * rows[below + i]!
  }
  return data
}

/** The filter that resizes a line of pixels. */
export function tapsFor(source: number, target: number): Taps {
  const key = `${source} ${target}`
  const kept = keptTaps.get(key)
  if (kept !== undefined) return kept
  const taps = makeTaps(source, target)
  if (keptTaps.size >= MAX_KEPT_TAPS) keptTaps.clear()
  keptTaps.set(key, taps)
  return taps
}

function makeTaps(source: number, target: number): Taps {
  const scale = source / target
  const support = Math.max(1, scale)
  const first = new Int32Array(target)
  const start = new Int32Array(target + 1)
  const weights: number[] = []
  for (let i = 0; i < target; i++) {
    const center = (i + 0.5) * scale
    const begin = Math.max(0, Math.trunc(center - support + 0.5))
    const end = Math.min(source, Math.trunc(center + support + 0.5))
    const raw = Array.from({ length: end - begin }, (_, n) =>
      Math.max(0, 1 - Math.abs(begin + n + 0.5 - center) / support),
    )
    const total = raw.reduce((sum, weight) => sum + weight, 0)
    first[i] = begin
    weights.push(...raw.map((weight) => weight / total))
    start[i + 1] = weights.length
  }
  return { first, start, weights: new Float32Array(weights) }
}
