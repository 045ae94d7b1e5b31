import sharp from 'sharp'
import { ENDS_EARLY } from '../reasons.ts'
import { type BmpHeader, readBmpHeader } from './bmp-header.ts'
import { wrapFax } from './fax-tiff.ts'
import type { Pixels } from './pixels.ts'

export { readBmpHeader, withFileHeader } from './bmp-header.ts'

const DEPTHS = [1, 2, 4, 8, 16, 24, 32]
/** A run of 255 pixels takes two bytes, one of 24 bits four. */
const MAX_RUN_LENGTH_RATIO = 127.5

/**
 * Decodes a BMP of any depth, as far as its data reach. An alpha channel without any content counts as opaque.
 * @throws {Error} the reason
 */
export async function decodeBmp(bytes: Uint8Array): Promise<Pixels> {
  const header = readBmpHeader(bytes)
  const { bitsPerPixel, packing, offset } = header
  if (packing === 'jpeg' || packing === 'png') return decodeEmbedded(bytes.subarray(offset))
  if (!DEPTHS.includes(bitsPerPixel))
    throw new Error(`a BMP of ${bitsPerPixel} bits a pixel is not supported`)
  checkLength(bytes, header)
  switch (packing) {
    case 'runs':
      if (bitsPerPixel > 8) throw new Error('a BMP without a palette that is packed in runs is not supported')
      return colour(bytes, header, unpackRuns(bytes, header))
    case 'huffman':
      return colour(bytes, header, await unpackHuffman(bytes, header))
    case 'runs of 24 bits':
      return unpackColourRuns(bytes, header)
    default:
      if (bitsPerPixel <= 8) return colour(bytes, header, unpackBits(bytes, header))
      return bitsPerPixel === 24 ? decodeBytes(bytes, header) : decodeMasked(bytes, header)
  }
}

/** Refuses a small file that states a huge picture before memory is reserved. Half of it must be there. */
function checkLength(bytes: Uint8Array, { width, height, bitsPerPixel, packing, offset }: BmpHeader): void {
  if (packing === 'huffman') return
  const isPacked = packing !== 'none' && packing !== 'masks'
  const ratio = isPacked ? 8 * MAX_RUN_LENGTH_RATIO : 8
  const leastBytes = (width * height * bitsPerPixel) / ratio / 2
  if (bytes.length - Math.min(offset, bytes.length) < Math.min(leastBytes, 1e9)) throw new Error(ENDS_EARLY)
}

async function decodeEmbedded(bytes: Uint8Array): Promise<Pixels> {
  const { data, info } = await sharp(bytes, { failOn: 'error', limitInputPixels: false })
    .toColourspace('srgb')
    .ensureAlpha()
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true })
  return { data, width: info.width, height: info.height, channels: 4, share: 1 }
}

/** Indices of the colours, `[height, width]` from the top, and the share of them that was found. */
interface Indices {
  indices: Uint8Array
  share: number
}

function colour(bytes: Uint8Array, header: BmpHeader, { indices, share }: Indices): Pixels {
  const { width, height, paletteAt, paletteEntryBytes, paletteColours } = header
  const data = new Uint8Array(width * height * 3)
  for (let n = 0; n < indices.length; n++) {
    const index = indices[n]!
    // An index without a colour is black.
    if (index >= paletteColours) continue
    const from = paletteAt + index * paletteEntryBytes
    data[3 * n] = bytes[from + 2]!
    data[3 * n + 1] = bytes[from + 1]!
    data[3 * n + 2] = bytes[from]!
  }
  return { width, height, channels: 3, data, share }
}

function unpackBits(bytes: Uint8Array, header: BmpHeader): Indices {
  const { width, height, bitsPerPixel: bits } = header
  const indices = new Uint8Array(width * height)
  const mask = (1 << bits) - 1
  const share = eachRow(bytes, header, (at, y) => {
    for (let x = 0; x < width; x++) {
      const shift = 8 - bits - ((x * bits) % 8)
      indices[y * width + x] = (bytes[at + ((x * bits) >> 3)]! >> shift) & mask
    }
  })
  return { indices, share }
}

/**
 * Reads runs: a count and a value, or 0 and a command: the end of a row or of all, a step, or a number of single pixels.
 * @param readValue reads what a run repeats
 * @param readSingles reads a number of single pixels
 * @returns the share of the rows that was reached
 */
function eachRun(
  bytes: Uint8Array,
  { height, offset }: BmpHeader,
  readValue: (at: number, count: number, x: number, y: number) => number,
  readSingles: (at: number, count: number, x: number, y: number) => number,
): number {
  let [x, y, at] = [0, 0, offset]
  while (y < height) {
    if (at + 2 > bytes.length) return y / height
    const count = bytes[at++]!
    const command = bytes[at]!
    if (count > 0) {
      at += readValue(at, count, x, y)
      x += count
      continue
    }
    at++
    if (command === 1) break
    if (command === 0) {
      x = 0
      y++
    } else if (command === 2) {
      x += bytes[at++] ?? 0
      y += bytes[at++] ?? 0
    } else {
      const used = readSingles(at, command, x, y)
      at += used + (used % 2)
      x += command
    }
  }
  return 1
}

function unpackRuns(bytes: Uint8Array, header: BmpHeader): Indices {
  const { width, height, bitsPerPixel, isTopDown } = header
  const indices = new Uint8Array(width * height)
  const isHalf = bitsPerPixel === 4
  const put = (x: number, y: number, index: number) => {
    if (x < width && y < height) indices[(isTopDown ? y : height - 1 - y) * width + x] = index
  }
  const half = (byte: number, n: number) => (n % 2 === 0 ? byte >> 4 : byte & 15)
  const share = eachRun(
    bytes,
    header,
    (at, count, x, y) => {
      const value = bytes[at]!
      for (let n = 0; n < count; n++) put(x + n, y, isHalf ? half(value, n) : value)
      return 1
    },
    (at, count, x, y) => {
      for (let n = 0; n < count; n++) {
        const byte = bytes[at + (isHalf ? n >> 1 : n)] ?? 0
        put(x + n, y, isHalf ? half(byte, n) : byte)
      }
      return isHalf ? (count + 1) >> 1 : count
    },
  )
  return { indices, share }
}

/** OS/2: the same with three bytes a pixel. */
function unpackColourRuns(bytes: Uint8Array, header: BmpHeader): Pixels {
  const { width, height, isTopDown } = header
  const data = new Uint8Array(width * height * 3)
  const put = (x: number, y: number, at: number) => {
    if (x >= width || y >= height || at + 3 > bytes.length) return
    const to = ((isTopDown ? y : height - 1 - y) * width + x) * 3
    for (let channel = 0; channel < 3; channel++) data[to + channel] = bytes[at + 2 - channel]!
  }
  const share = eachRun(
    bytes,
    header,
    (at, count, x, y) => {
      for (let n = 0; n < count; n++) put(x + n, y, at)
      return 3
    },
    (at, count, x, y) => {
      for (let n = 0; n < count; n++) put(x + n, y, at + 3 * n)
      return 3 * count
    },
  )
  return { width, height, channels: 3, data, share }
}

/** OS/2: the compression of fax machines, which libtiff decodes. */
async function unpackHuffman(bytes: Uint8Array, header: BmpHeader): Promise<Indices> {
  const { width, height, offset, isTopDown } = header
  const tiff = wrapFax(bytes.subarray(offset), width, height)
  const { data, info } = await sharp(tiff, { failOn: 'none', limitInputPixels: false })
    .toColourspace('b-w')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true })
  const indices = new Uint8Array(width * height)
  for (let y = 0; y < height; y++) {
    const from = (isTopDown ? y : height - 1 - y) * width * info.channels
    for (let x = 0; x < width; x++) indices[y * width + x] = data[from + x * info.channels]! < 128 ? 1 : 0
  }
  return { indices, share: 1 }
}

function decodeBytes(bytes: Uint8Array, header: BmpHeader): Pixels {
  const { width, height } = header
  const data = new Uint8Array(width * height * 3)
  const share = eachRow(bytes, header, (at, y) => {
    for (let from = at, to = y * width * 3, end = to + width * 3; to < end; to += 3, from += 3) {
      data[to] = bytes[from + 2]!
      data[to + 1] = bytes[from + 1]!
      data[to + 2] = bytes[from]!
    }
  })
  return { width, height, channels: 3, data, share }
}

function decodeMasked(bytes: Uint8Array, header: BmpHeader): Pixels {
  const { width, height, bitsPerPixel, masks } = header
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const data = new Uint8Array(width * height * 4)
  const parts = masks.map(partOf)
  let hasAlpha = false
  const share = eachRow(bytes, header, (at, y) => {
    for (let x = 0; x < width; x++) {
      const pixel = bitsPerPixel === 16 ? view.getUint16(at + 2 * x, true) : view.getUint32(at + 4 * x, true)
      const to = (y * width + x) * 4
      for (let channel = 0; channel < 4; channel++) data[to + channel] = parts[channel]!(pixel)
      hasAlpha ||= data[to + 3] !== 0
    }
  })
  if (!hasAlpha) for (let i = 3; i < data.length; i += 4) data[i] = 255
  return { width, height, channels: 4, data, share }
}

/** @returns a function that takes the bits of a mask out of a pixel, as 0…255 */
function partOf(mask: number): (pixel: number) => number {
  if (mask === 0) return () => 0
  const shift = 31 - Math.clz32(mask & -mask)
  const most = mask >>> shift
  return (pixel) => Math.round((((pixel & mask) >>> shift) * 255) / most)
}

/**
 * Calls `row` for each row that the file contains. Rows take a multiple of four bytes and begin at the bottom unless the
 * header states otherwise.
 * @returns the share of the rows that the file contains
 */
function eachRow(
  bytes: Uint8Array,
  { width, height, bitsPerPixel, offset, isTopDown }: BmpHeader,
  row: (at: number, y: number) => void,
): number {
  const stride = Math.ceil((width * bitsPerPixel) / 32) * 4
  // The last row may lack its padding.
  const used = Math.ceil((width * bitsPerPixel) / 8)
  for (let n = 0; n < height; n++) {
    const at = offset + n * stride
    if (at + used > bytes.length) return n / height
    row(at, isTopDown ? n : height - 1 - n)
  }
  return 1
}
