/** What the headers of a BMP say (Microsoft: "BITMAPINFOHEADER structure", "BITMAPV5HEADER structure"). */
export interface BmpHeader {
  width: number
  height: number
  isTopDown: boolean
  bitsPerPixel: number
  /** Where the pixels begin. */
  offset: number
  packing: 'none' | 'runs' | 'masks'
  paletteAt: number
  /** Three, or four with one that says nothing. */
  paletteEntryBytes: number
  masks: Masks
}

/** Which bits of a pixel are its red, green, blue and alpha. */
type Masks = [red: number, green: number, blue: number, alpha: number]

export interface DecodedBmp {
  width: number
  height: number
  channels: 3 | 4
  /** `[height, width, channels]`, from the top, red first. */
  data: Uint8Array
}

const FILE_HEADER = 14
/** OS/2's. */
const CORE_HEADER = 12
const INFO_HEADER = 40
const COMPRESSION = ['none', 'runs', 'runs', 'masks', 'JPEG', 'PNG', 'masks'] as const
const DEPTHS = [1, 4, 8, 16, 24, 32]
const MASKS_555: Masks = [0x7c00, 0x03e0, 0x001f, 0]
const MASKS_888: Masks = [0xff0000, 0xff00, 0xff, 0xff000000]
const ENDS_EARLY = 'the file ends before the picture does'

/** @throws {Error} the reason, if it is none or of a kind that is not read */
export function readBmpHeader(bytes: Uint8Array): BmpHeader {
  const view = viewOf(bytes)
  if (view.byteLength < FILE_HEADER + INFO_HEADER) throw new Error('the file ends within its header')
  const offset = view.getUint32(10, true)
  const headerBytes = view.getUint32(14, true)
  if (headerBytes === CORE_HEADER) {
    return {
      width: view.getUint16(18, true),
      height: view.getUint16(20, true),
      isTopDown: false,
      bitsPerPixel: view.getUint16(24, true),
      offset,
      packing: 'none',
      paletteAt: FILE_HEADER + CORE_HEADER,
      paletteEntryBytes: 3,
      masks: MASKS_555,
    }
  }
  const height = view.getInt32(22, true)
  const bitsPerPixel = view.getUint16(28, true)
  const packing = COMPRESSION[view.getUint32(30, true)]
  if (packing === undefined || packing === 'JPEG' || packing === 'PNG')
    throw new Error(`a BMP that is packed as ${packing ?? 'an unknown kind'} is not supported`)
  const masksAt = FILE_HEADER + INFO_HEADER
  const masksFollow = packing === 'masks' && headerBytes === INFO_HEADER
  return {
    width: Math.abs(view.getInt32(18, true)),
    height: Math.abs(height),
    isTopDown: height < 0,
    bitsPerPixel,
    offset,
    packing,
    paletteAt: FILE_HEADER + headerBytes + (masksFollow ? 12 : 0),
    paletteEntryBytes: 4,
    masks:
      packing === 'masks'
        ? readMasks(view, masksAt, headerBytes > INFO_HEADER + 12)
        : bitsPerPixel === 16
          ? MASKS_555
          : MASKS_888,
  }
}

function readMasks(view: DataView, at: number, hasAlpha: boolean): Masks {
  if (view.byteLength < at + 16) throw new Error('the file ends within its header')
  const mask = (n: number) => view.getUint32(at + 4 * n, true)
  return [mask(0), mask(1), mask(2), hasAlpha ? mask(3) : 0]
}

/**
 * Decodes a BMP of any depth, with or without a palette, run-length encoded or not. The alpha channel, which most leave empty,
 * counts if there is anything in it.
 * @throws {Error} the reason
 */
export function decodeBmp(bytes: Uint8Array): DecodedBmp {
  const header = readBmpHeader(bytes)
  if (!DEPTHS.includes(header.bitsPerPixel))
    throw new Error(`a BMP of ${header.bitsPerPixel} bits a pixel is not supported`)
  if (header.packing === 'runs' && header.bitsPerPixel > 8)
    throw new Error('only pictures with a palette are packed in runs')
  if (header.bitsPerPixel <= 8) return decodeIndexed(bytes, header)
  return header.bitsPerPixel === 24 ? decodeBytes(bytes, header) : decodeMasked(bytes, header)
}

function decodeIndexed(bytes: Uint8Array, header: BmpHeader): DecodedBmp {
  const { width, height, paletteAt, paletteEntryBytes, offset, packing } = header
  const indices = packing === 'runs' ? unpackRuns(bytes, header) : unpackBits(bytes, header)
  const data = new Uint8Array(width * height * 3)
  // What is no colour of the palette is black.
  const colours = Math.max(0, Math.floor((Math.min(offset, bytes.length) - paletteAt) / paletteEntryBytes))
  for (let n = 0; n < indices.length; n++) {
    const index = indices[n]!
    if (index >= colours) continue
    const from = paletteAt + index * paletteEntryBytes
    data[3 * n] = bytes[from + 2]!
    data[3 * n + 1] = bytes[from + 1]!
    data[3 * n + 2] = bytes[from]!
  }
  return { width, height, channels: 3, data }
}

/** @returns the colour of each pixel by its number, `[height, width]` from the top */
function unpackBits(bytes: Uint8Array, header: BmpHeader): Uint8Array {
  const { width, height, bitsPerPixel: bits } = header
  const indices = new Uint8Array(width * height)
  const mask = (1 << bits) - 1
  eachRow(bytes, header, (at, y) => {
    for (let x = 0; x < width; x++) {
      const shift = 8 - bits - ((x * bits) % 8)
      indices[y * width + x] = (bytes[at + ((x * bits) >> 3)]! >> shift) & mask
    }
  })
  return indices
}

/** The same of runs: a count and a colour, or 0 and a command: the end of a row or of all, a step, or so many single pixels. */
function unpackRuns(bytes: Uint8Array, header: BmpHeader): Uint8Array {
  const { width, height, bitsPerPixel, offset, isTopDown } = header
  const indices = new Uint8Array(width * height)
  const isHalf = bitsPerPixel === 4
  let [x, y, at] = [0, 0, offset]
  const put = (index: number) => {
    if (x < width && y < height) indices[(isTopDown ? y : height - 1 - y) * width + x] = index
    x++
  }
  const next = (): number => {
    if (at >= bytes.length) throw new Error(ENDS_EARLY)
    return bytes[at++]!
  }
  const half = (byte: number, n: number) => (n % 2 === 0 ? byte >> 4 : byte & 15)
  while (y < height) {
    const count = next()
    const value = next()
    if (count > 0) {
      for (let n = 0; n < count; n++) put(isHalf ? half(value, n) : value)
    } else if (value === 0) {
      x = 0
      y++
    } else if (value === 1) {
      break
    } else if (value === 2) {
      x += next()
      y += next()
    } else {
      const start = at
      for (let n = 0, byte = 0; n < value; n++) {
        if (!isHalf || n % 2 === 0) byte = next()
        put(isHalf ? half(byte, n) : byte)
      }
      at += (at - start) % 2
    }
  }
  return indices
}

function decodeBytes(bytes: Uint8Array, header: BmpHeader): DecodedBmp {
  const { width, height } = header
  const data = new Uint8Array(width * height * 3)
  eachRow(bytes, header, (at, y) => {
    for (let to = y * width * 3, end = to + width * 3; to < end; to += 3, at += 3) {
      data[to] = bytes[at + 2]!
      data[to + 1] = bytes[at + 1]!
      data[to + 2] = bytes[at]!
    }
  })
  return { width, height, channels: 3, data }
}

function decodeMasked(bytes: Uint8Array, header: BmpHeader): DecodedBmp {
  const { width, height, bitsPerPixel, masks } = header
  const view = viewOf(bytes)
  const data = new Uint8Array(width * height * 4)
  const parts = masks.map(partOf)
  let hasAlpha = false
  eachRow(bytes, header, (at, y) => {
    for (let x = 0; x < width; x++) {
      const pixel = bitsPerPixel === 16 ? view.getUint16(at + 2 * x, true) : view.getUint32(at + 4 * x, true)
      const to = (y * width + x) * 4
      for (let channel = 0; channel < 4; channel++) data[to + channel] = parts[channel]!(pixel)
      hasAlpha ||= data[to + 3] !== 0
    }
  })
  if (!hasAlpha) for (let i = 3; i < data.length; i += 4) data[i] = 255
  return { width, height, channels: 4, data }
}

/** @returns what takes the bits of a mask out of a pixel, as 0…255 */
function partOf(mask: number): (pixel: number) => number {
  if (mask === 0) return () => 0
  const shift = Math.clz32(1) - Math.clz32(mask & -mask)
  const most = mask >>> shift
  return (pixel) => Math.round((((pixel & mask) >>> shift) * 255) / most)
}

/** Rows are a multiple of four bytes long, and stand from the bottom up unless the header says otherwise. */
function eachRow(
  bytes: Uint8Array,
  { width, height, bitsPerPixel, offset, isTopDown }: BmpHeader,
  row: (at: number, y: number) => void,
): void {
  const stride = Math.ceil((width * bitsPerPixel) / 32) * 4
  // The last row may lack what fills it up.
  const used = Math.ceil((width * bitsPerPixel) / 8)
  if (offset + stride * (height - 1) + used > bytes.length) throw new Error(ENDS_EARLY)
  for (let n = 0; n < height; n++) row(offset + n * stride, isTopDown ? n : height - 1 - n)
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
