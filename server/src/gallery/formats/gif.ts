import type { Pixels } from './pixels.ts'

/** Place and properties of the first frame (CompuServe: "GRAPHICS INTERCHANGE FORMAT, Version 89a"). */
interface Frame {
  left: number
  top: number
  width: number
  height: number
  isInterlaced: boolean
  /** Red, green, blue of each colour. */
  palette: Uint8Array
  /** Index of the colour that is not drawn. */
  transparent: number | undefined
  /** First byte of the compressed pixels. */
  dataStart: number
}

interface Canvas {
  width: number
  height: number
}

const HEADER_BYTES = 13
const EXTENSION = 0x21
const IMAGE = 0x2c
const GRAPHIC_CONTROL = 0xf9
const MAX_CODE_BITS = 12
/** First row and step of each pass. */
const INTERLACED_PASSES = [
  [0, 8],
  [4, 8],
  [2, 4],
  [1, 2],
] as const

/** The size of the canvas. @throws {Error} the reason */
export function readGifSize(bytes: Uint8Array): Canvas {
  const view = viewOf(bytes)
  return canvasOf(view, readFrame(bytes, view))
}

/**
 * Decodes the first frame onto a transparent canvas, as far as its data reach.
 * @throws {Error} the reason
 */
export function decodeGif(bytes: Uint8Array): Pixels {
  const view = viewOf(bytes)
  const frame = readFrame(bytes, view)
  const { width, height } = canvasOf(view, frame)
  const data = new Uint8Array(width * height * 4)
  const indices = new Uint8Array(frame.width * frame.height)
  const count = unpackLzw(bytes, frame.dataStart, indices)
  const rows = frame.isInterlaced ? interlacedRows(frame.height) : undefined
  for (let n = 0; n < count; n++) {
    const row = Math.floor(n / frame.width)
    const y = frame.top + (rows === undefined ? row : rows[row]!)
    const x = frame.left + (n % frame.width)
    const index = indices[n]!
    if (index === frame.transparent) continue
    const to = (y * width + x) * 4
    data.set(frame.palette.subarray(index * 3, index * 3 + 3), to)
    data[to + 3] = 255
  }
  return { width, height, channels: 4, data, share: count / indices.length }
}

/** Browsers enlarge the canvas if the first frame does not fit, and so does a file that states no size. */
function canvasOf(view: DataView, frame: Frame): Canvas {
  return {
    width: Math.max(view.getUint16(6, true), frame.left + frame.width),
    height: Math.max(view.getUint16(8, true), frame.top + frame.height),
  }
}

function readFrame(bytes: Uint8Array, view: DataView): Frame {
  if (bytes.length < HEADER_BYTES) throw new Error('the file ends within its header')
  let [at, globalPalette] = readPalette(bytes, HEADER_BYTES, bytes[10]!)
  let transparent: number | undefined
  while (at < bytes.length) {
    const block = bytes[at++]
    if (block === EXTENSION) {
      if (bytes[at] === GRAPHIC_CONTROL) transparent = bytes[at + 2]! & 1 ? bytes[at + 5] : undefined
      at = skipBlocks(bytes, at + 1)
    } else if (block === IMAGE) {
      if (at + 9 >= bytes.length) break
      const [left, top, width, height] = [0, 2, 4, 6].map((n) => view.getUint16(at + n, true)) as [
        number,
        number,
        number,
        number,
      ]
      const flags = bytes[at + 8]!
      const [dataStart, palette] = readPalette(bytes, at + 9, flags)
      if (width === 0 || height === 0) throw new Error('it has no pixels')
      const colours = palette.length > 0 ? palette : globalPalette
      return {
        left,
        top,
        width,
        height,
        isInterlaced: (flags & 0x40) !== 0,
        palette: colours.length > 0 ? colours : GREYS,
        transparent,
        dataStart,
      }
    } else if (block !== 0) {
      break
    }
  }
  throw new Error('it contains no picture')
}

/** For files without any palette, whose look is undefined. */
const GREYS = Uint8Array.from({ length: 768 }, (_, n) => Math.floor(n / 3))

/** @returns the position behind the palette, and its colours, padded with black */
function readPalette(bytes: Uint8Array, at: number, flags: number): [end: number, palette: Uint8Array] {
  if ((flags & 0x80) === 0) return [at, new Uint8Array(0)]
  const length = 3 * 2 ** ((flags & 7) + 1)
  const palette = new Uint8Array(768)
  palette.set(bytes.subarray(at, at + length))
  return [at + length, palette]
}

function skipBlocks(bytes: Uint8Array, from: number): number {
  let at = from
  while (at < bytes.length && bytes[at] !== 0) at += 1 + bytes[at]!
  return at + 1
}

/**
 * Unpacks the variable-length codes of a frame.
 * @param indices receives the index of each pixel
 * @returns the number of pixels that were unpacked before the data ended or proved damaged
 */
function unpackLzw(bytes: Uint8Array, start: number, indices: Uint8Array): number {
  const minBits = bytes[start] ?? 0
  if (minBits < 1 || minBits > 11) return 0
  const clear = 1 << minBits
  const prefix = new Uint16Array(1 << MAX_CODE_BITS)
  const suffix = new Uint8Array(1 << MAX_CODE_BITS)
  const stack = new Uint8Array(1 << MAX_CODE_BITS)
  for (let code = 0; code < clear; code++) suffix[code] = code
  let [codeBits, next, previous, first] = [minBits + 1, clear + 2, -1, 0]
  let [bits, bitCount, count] = [0, 0, 0]
  let at = start + 1
  let blockEnd = at
  while (count < indices.length) {
    while (bitCount < codeBits) {
      if (at >= blockEnd) {
        const length = bytes[at] ?? 0
        if (length === 0) return count
        blockEnd = at + 1 + length
        at++
      }
      if (at >= bytes.length) return count
      bits |= bytes[at++]! << bitCount
      bitCount += 8
    }
    const code = bits & ((1 << codeBits) - 1)
    bits >>>= codeBits
    bitCount -= codeBits
    if (code === clear) {
      ;[codeBits, next, previous] = [minBits + 1, clear + 2, -1]
      continue
    }
    if (code === clear + 1 || code > next || (code === next && previous < 0)) return count
    if (previous < 0 && code > clear) return count
    let depth = 0
    let from = code
    if (code === next) {
      stack[depth++] = first
      from = previous
    }
    while (from > clear) {
      stack[depth++] = suffix[from]!
      from = prefix[from]!
    }
    first = suffix[from]!
    stack[depth++] = first
    if (previous >= 0 && next < 1 << MAX_CODE_BITS) {
      prefix[next] = previous
      suffix[next] = first
      next++
      if (next === 1 << codeBits && codeBits < MAX_CODE_BITS) codeBits++
    }
    previous = code
    while (depth > 0 && count < indices.length) indices[count++] = stack[--depth]!
  }
  return count
}

/** The position of each row in the order in which rows are stored. */
function interlacedRows(height: number): Uint16Array {
  const rows = new Uint16Array(height)
  let n = 0
  for (const [first, step] of INTERLACED_PASSES) for (let y = first; y < height; y += step) rows[n++] = y
  return rows
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
