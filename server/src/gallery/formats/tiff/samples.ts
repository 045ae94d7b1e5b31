import type { TiffDirectory } from './directory.ts'
import { coloursOf, type TiffLayout } from './layout.ts'
import { undoPredictor, unpack } from './unpack.ts'

/** A row of a strip or tile. */
export interface SampleRow {
  x: number
  y: number
  /** First channel of `samples`. */
  channel: number
  /** Channels that are stored side by side in `samples`. */
  channels: number
  /** Pixels of the row inside the picture. */
  width: number
  /** Reused for the next row. */
  samples: Float32Array
}

/**
 * Reads the samples of all strips or tiles, as far as their data reach.
 * @returns the share of the samples that was found
 */
export function eachRow(
  { bytes, isLittleEndian }: TiffDirectory,
  layout: TiffLayout,
  use: (row: SampleRow) => void,
): number {
  const { width, height, bits, isPlanar, chunkWidth, chunkHeight, offsets, byteCounts } = layout
  const channels = isPlanar ? 1 : layout.channels
  const rowBytes = Math.ceil((chunkWidth * channels * bits) / 8)
  const across = Math.ceil(width / chunkWidth)
  const perPlane = across * Math.ceil(height / chunkHeight)
  const readRow = rowReader(layout, isLittleEndian)
  const samples = new Float32Array(chunkWidth * channels)
  let found = 0
  for (let plane = 0; plane < (isPlanar ? layout.channels : 1); plane++) {
    for (let n = 0; n < perPlane; n++) {
      const index = plane * perPlane + n
      const [x, y] = [(n % across) * chunkWidth, Math.floor(n / across) * chunkHeight]
      const offset = offsets[index]
      if (offset === undefined || offset === 0 || offset >= bytes.length) continue
      const packed = bytes.subarray(offset, offset + (byteCounts[index] ?? bytes.length))
      const data = unpackChunk(packed, layout, rowBytes, channels, isLittleEndian)
      const rows = Math.min(chunkHeight, height - y, Math.floor(data.length / rowBytes))
      for (let row = 0; row < rows; row++) {
        readRow(data.subarray(row * rowBytes, (row + 1) * rowBytes), samples)
        const inside = Math.min(chunkWidth, width - x)
        use({ x, y: y + row, channel: plane, channels, width: inside, samples })
        found += inside * channels
      }
    }
  }
  return found / (width * height * layout.channels)
}

function unpackChunk(
  packed: Buffer,
  { compression, predictor, bits, chunkHeight, isBitsReversed }: TiffLayout,
  rowBytes: number,
  channels: number,
  isLittleEndian: boolean,
): Uint8Array {
  const ordered = isBitsReversed ? packed.map(reverseBits) : packed
  const data = unpack(ordered as Buffer, compression, rowBytes * chunkHeight)
  if (predictor === 1) return data
  // Unpacked data may be the file itself.
  const copy = new Uint8Array(data)
  undoPredictor(copy, predictor, rowBytes, { channels, bits, isLittleEndian })
  return copy
}

function reverseBits(byte: number): number {
  let reversed = 0
  for (let bit = 0; bit < 8; bit++) if (byte & (1 << bit)) reversed |= 128 >> bit
  return reversed
}

/** @throws {Error} for depths that no program writes */
function rowReader(
  { bits, format }: TiffLayout,
  isLittle: boolean,
): (row: Uint8Array, samples: Float32Array) => void {
  const byView =
    (width: number, read: (view: DataView, at: number) => number) =>
    (row: Uint8Array, samples: Float32Array) => {
      const view = new DataView(row.buffer, row.byteOffset, row.byteLength)
      for (let n = 0; n < samples.length; n++) samples[n] = read(view, n * width)
    }
  switch (`${format} ${bits}`) {
    case 'uint 8':
      return (row, samples) => samples.set(row.subarray(0, samples.length))
    case 'int 8':
      return byView(1, (view, at) => view.getInt8(at))
    case 'uint 16':
      return byView(2, (view, at) => view.getUint16(at, isLittle))
    case 'int 16':
      return byView(2, (view, at) => view.getInt16(at, isLittle))
    case 'float 16':
      return byView(2, (view, at) => halfToNumber(view.getUint16(at, isLittle)))
    case 'float 24':
      return byView(3, (view, at) => float24ToNumber(view, at, isLittle))
    case 'uint 32':
      return byView(4, (view, at) => view.getUint32(at, isLittle))
    case 'int 32':
      return byView(4, (view, at) => view.getInt32(at, isLittle))
    case 'float 32':
      return byView(4, (view, at) => view.getFloat32(at, isLittle))
    case 'uint 64':
      return byView(8, (view, at) => Number(view.getBigUint64(at, isLittle)))
    case 'int 64':
      return byView(8, (view, at) => Number(view.getBigInt64(at, isLittle)))
    case 'float 64':
      return byView(8, (view, at) => view.getFloat64(at, isLittle))
  }
  if (format !== 'uint' || bits > 24) throw new Error(`a TIFF of ${bits} bits (${format}) is not supported`)
  if (bits === 24) return byView(3, (view, at) => uint24(view, at, isLittle))
  return (row, samples) => readBits(row, samples, bits)
}

/** Samples that do not fill bytes follow each other, the most significant bit first. */
function readBits(row: Uint8Array, samples: Float32Array, bits: number): void {
  let [buffer, count, at] = [0, 0, 0]
  for (let n = 0; n < samples.length; n++) {
    while (count < bits) {
      buffer = ((buffer << 8) | (row[at++] ?? 0)) & 0xffffffff
      count += 8
    }
    count -= bits
    samples[n] = (buffer >>> count) & ((1 << bits) - 1)
  }
}

/** IEEE 754 binary16. */
function halfToNumber(half: number): number {
  const exponent = (half >> 10) & 31
  const fraction = half & 1023
  const magnitude =
    exponent === 0
      ? fraction * 2 ** -24
      : exponent === 31
        ? fraction === 0
          ? Number.POSITIVE_INFINITY
          : Number.NaN
        : (1 + fraction / 1024) * 2 ** (exponent - 15)
  return half & 0x8000 ? -magnitude : magnitude
}

function uint24(view: DataView, at: number, isLittle: boolean): number {
  const [a, b, c] = [view.getUint8(at), view.getUint8(at + 1), view.getUint8(at + 2)]
  return isLittle ? (c << 16) | (b << 8) | a : (a << 16) | (b << 8) | c
}

/** Adobe, TIFF Technical Note 3: 1 bit for the sign, 7 for the exponent, 16 for the fraction. */
function float24ToNumber(view: DataView, at: number, isLittle: boolean): number {
  const value = uint24(view, at, isLittle)
  const exponent = (value >> 16) & 127
  const fraction = (value & 0xffff) / 65536
  const magnitude = exponent === 0 ? fraction * 2 ** -62 : (1 + fraction) * 2 ** (exponent - 63)
  return value & 0x800000 ? -magnitude : magnitude
}

/** Smallest and largest number that stand for black and white. */
export interface SampleRange {
  min: number
  max: number
}

/**
 * Returns the range of the colours: stated by the file, given by the type of unsigned numbers of up to 16 bits, or found
 * among the values.
 */
export function rangeOf(
  directory: TiffDirectory,
  layout: TiffLayout,
  stated: SampleRange | undefined,
): SampleRange {
  const { bits, format, photometric } = layout
  const full = 2 ** Math.min(bits, 53) - 1
  if (format === 'uint' && bits <= 24) return { min: 0, max: full }
  if (stated !== undefined) return stated
  const found = foundRange(directory, layout, coloursOf(photometric))
  if (format === 'uint') return found.max > full / 256 ? { min: 0, max: full } : widen(found, [255, 65535])
  if (format === 'float') return widen(found, [1, 255, 65535])
  const half = (full + 1) / 2
  const fillsType = found.min < -half / 2 && found.max > half / 2
  if (fillsType) return { min: -half, max: half - 1 }
  return widen(found, bits === 8 ? [127] : [255, half - 1])
}

/** Ranges that programs use are preferred to the one that is found, if at least half of one is used. */
function widen(found: SampleRange, usual: readonly number[]): SampleRange {
  const max = found.min >= 0 ? usual.find((max) => found.max <= max && found.max > max / 2) : undefined
  if (max !== undefined) return { min: 0, max }
  return found.max > found.min ? found : { min: Math.min(0, found.min), max: Math.max(1, found.max) }
}

function foundRange(directory: TiffDirectory, layout: TiffLayout, colours: number): SampleRange {
  let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  eachRow(directory, layout, ({ samples, width, channel, channels }) => {
    for (let n = 0; n < width * channels; n++) {
      const value = samples[n]!
      if (channel + (n % channels) >= colours || !Number.isFinite(value)) continue
      if (value < min) min = value
      if (value > max) max = value
    }
  })
  return max >= min ? { min, max } : { min: 0, max: 1 }
}
