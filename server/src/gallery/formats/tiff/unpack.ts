import { constants, inflateSync, zstdDecompressSync } from 'node:zlib'

/**
 * Unpacks a strip or tile, as far as its data reach.
 * @param length bytes of the unpacked data
 * @throws {Error} if the compression is not supported
 */
export function unpack(packed: Buffer, compression: number, length: number): Uint8Array {
  switch (compression) {
    case 1:
      return packed.subarray(0, length)
    case 5:
      return unpackLzw(packed, length)
    case 8:
    case 32946:
      return inflate(packed, length)
    case 32773:
      return unpackBits(packed, length)
    case 50000:
      return zstdDecompressSync(packed, { maxOutputLength: length })
    default:
      throw new Error(`a TIFF with compression ${compression} of this kind is not supported`)
  }
}

function inflate(packed: Buffer, length: number): Uint8Array {
  try {
    return inflateSync(packed, { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: length + 64 })
  } catch {
    return new Uint8Array(0)
  }
}

function unpackBits(packed: Buffer, length: number): Uint8Array {
  const out = new Uint8Array(length)
  let [at, to] = [0, 0]
  while (at < packed.length && to < length) {
    const code = packed.readInt8(at++)
    if (code >= 0) {
      out.set(packed.subarray(at, Math.min(at + code + 1, at + length - to)), to)
      to += code + 1
      at += code + 1
    } else if (code !== -128) {
      out.fill(packed[at++] ?? 0, to, to + 1 - code)
      to += 1 - code
    }
  }
  return out.subarray(0, Math.min(to, length))
}

const CLEAR = 256
const END = 257
const FIRST = 258
const MAX_CODES = 4096

/** TIFF 6.0, section 13: codes of 9 to 12 bits, the most significant one first, one bit longer a code early. */
function unpackLzw(packed: Buffer, length: number): Uint8Array {
  const out = new Uint8Array(length)
  /** Where each code's bytes stand in the output, and their number. */
  const starts = new Uint32Array(MAX_CODES)
  const lengths = new Uint16Array(MAX_CODES)
  let [bits, bitCount, at, to] = [0, 0, 0, 0]
  let [codeBits, next] = [9, FIRST]
  let previous: { start: number; length: number } | undefined
  while (to < length) {
    while (bitCount < codeBits && at < packed.length) {
      bits = ((bits << 8) | packed[at++]!) & 0xffffff
      bitCount += 8
    }
    if (bitCount < codeBits) break
    bitCount -= codeBits
    const code = (bits >> bitCount) & ((1 << codeBits) - 1)
    if (code === END) break
    if (code === CLEAR) {
      ;[codeBits, next, previous] = [9, FIRST, undefined]
      continue
    }
    if (code > next || (code === next && previous === undefined)) break
    const start = to
    if (code < CLEAR) out[to++] = code
    else {
      const isNew = code === next
      const from = isNew ? previous!.start : starts[code]!
      const count = isNew ? previous!.length + 1 : lengths[code]!
      for (let n = 0; n < count && to < length; n++) out[to++] = out[from + n]!
    }
    if (previous !== undefined && next < MAX_CODES) {
      // The previous bytes and the first of these stand one after the other.
      starts[next] = previous.start
      lengths[next] = previous.length + 1
      next++
      if (next >= (1 << codeBits) - 1 && codeBits < 12) codeBits++
    }
    previous = { start, length: to - start }
  }
  return out.subarray(0, to)
}

/** Undoes the differences between neighbours (TIFF 6.0, section 14; Adobe, TIFF Technical Note 3 for floats), in place. */
export function undoPredictor(
  data: Uint8Array,
  predictor: number,
  rowBytes: number,
  { channels, bits, isLittleEndian }: { channels: number; bits: number; isLittleEndian: boolean },
): void {
  for (let row = 0; row + rowBytes <= data.length; row += rowBytes) {
    const bytes = data.subarray(row, row + rowBytes)
    if (predictor === 2) undoHorizontal(bytes, channels, bits, isLittleEndian)
    else if (predictor === 3) undoFloat(bytes, channels, bits / 8, isLittleEndian)
  }
}

function undoHorizontal(row: Uint8Array, channels: number, bits: number, isLittle: boolean): void {
  const view = new DataView(row.buffer, row.byteOffset, row.byteLength)
  const step = (channels * bits) / 8
  if (bits === 8) for (let at = step; at < row.length; at++) row[at] = row[at]! + row[at - step]!
  else if (bits === 16)
    for (let at = step; at < row.length; at += 2)
      view.setUint16(at, view.getUint16(at, isLittle) + view.getUint16(at - step, isLittle), isLittle)
  else if (bits === 32)
    for (let at = step; at < row.length; at += 4)
      view.setUint32(at, view.getUint32(at, isLittle) + view.getUint32(at - step, isLittle), isLittle)
}

/** The bytes of all values are stored by significance, most significant first, as differences. */
function undoFloat(row: Uint8Array, channels: number, width: number, isLittle: boolean): void {
  for (let at = channels; at < row.length; at++) row[at] = row[at]! + row[at - channels]!
  const planes = new Uint8Array(row)
  const count = row.length / width
  for (let n = 0; n < count; n++)
    for (let byte = 0; byte < width; byte++)
      row[n * width + (isLittle ? width - 1 - byte : byte)] = planes[byte * count + n]!
}
