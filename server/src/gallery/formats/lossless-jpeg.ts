import { ENDS_EARLY } from '../reasons.ts'
import { START_OF_SCAN, segmentsOf } from './jpeg-segments.ts'

/**
 * Lossless JPEG (ITU-T T.81, annex H), the form in which some cameras and programs store previews and which libjpeg does not
 * decode: Huffman-coded differences from a prediction by the neighbours.
 */
export interface LosslessImage {
  width: number
  height: number
  channels: 1 | 3
  /** `[height, width, channels]`, reduced to 8 bits. */
  data: Uint8Array
}

const SOF3 = 0xc3
const DHT = 0xc4
const DRI = 0xdd

interface HuffmanTable {
  /** By length of the code in bits: the greatest code, and the distance from a code to the position of its value. */
  maxCode: Int32Array
  valueOffset: Int32Array
  values: Uint8Array
}

interface Frame {
  precision: number
  width: number
  height: number
  /** Identifiers of the components. */
  components: number[]
}

export function isLosslessJpeg(jpeg: Uint8Array): boolean {
  for (const { marker } of segmentsOf(jpeg)) {
    if (marker === SOF3) return true
    if (marker === START_OF_SCAN) return false
  }
  return false
}

/** @throws {Error} the reason */
export function decodeLosslessJpeg(jpeg: Uint8Array): LosslessImage {
  const tables = new Map<number, HuffmanTable>()
  let frame: Frame | undefined
  let restartInterval = 0
  for (const { marker, at, end } of segmentsOf(jpeg)) {
    const data = jpeg.subarray(at + 4, end)
    if (marker === DHT) readTables(data, tables)
    else if (marker === DRI) restartInterval = (data[0]! << 8) | data[1]!
    else if (marker === SOF3) frame = readFrame(data)
    else if (marker === START_OF_SCAN) {
      if (frame === undefined) break
      return decodeScan(frame, data, tables, new BitReader(jpeg, end), restartInterval)
    }
  }
  throw new Error('a lossless JPEG without a picture')
}

function readFrame(data: Uint8Array): Frame {
  const count = data[5]!
  const components: number[] = []
  for (let n = 0; n < count; n++) {
    if (data[7 + 3 * n] !== 0x11) throw new Error('a lossless JPEG with reduced colours is not supported')
    components.push(data[6 + 3 * n]!)
  }
  if (count !== 1 && count !== 3) throw new Error(`a lossless JPEG of ${count} colours is not supported`)
  const [height, width] = [(data[1]! << 8) | data[2]!, (data[3]! << 8) | data[4]!]
  if (width === 0 || height === 0) throw new Error('it has no pixels')
  return { precision: data[0]!, width, height, components }
}

function readTables(data: Uint8Array, tables: Map<number, HuffmanTable>): void {
  for (let at = 0; at + 17 <= data.length; ) {
    const id = data[at]! & 15
    const maxCode = new Int32Array(18).fill(-1)
    const valueOffset = new Int32Array(18)
    let [code, total] = [0, 0]
    for (let length = 1; length <= 16; length++) {
      const count = data[at + length]!
      valueOffset[length] = total - code
      if (count > 0) maxCode[length] = code + count - 1
      code = (code + count) << 1
      total += count
    }
    tables.set(id, { maxCode, valueOffset, values: data.slice(at + 17, at + 17 + total) })
    at += 17 + total
  }
}

function decodeScan(
  { precision, width, height, components }: Frame,
  header: Uint8Array,
  tables: Map<number, HuffmanTable>,
  bits: BitReader,
  restartInterval: number,
): LosslessImage {
  const channels = components.length
  if (header[0] !== channels) throw new Error('a lossless JPEG of several scans is not supported')
  const scanTables = components.map((_, n) => tables.get(header[2 + 2 * n]! >> 4))
  const predictor = header[1 + 2 * channels]!
  const shift = header[3 + 2 * channels]! & 15
  const stride = width * channels
  const samples = new Uint16Array(stride * height)
  const start = 1 << (precision - shift - 1)
  let left = restartInterval
  let isFirstRow = true
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const isRestart = restartInterval > 0 && left === 0
      if (isRestart) {
        bits.skipRestart()
        left = restartInterval
        isFirstRow = true
      }
      left--
      for (let channel = 0; channel < channels; channel++) {
        const at = y * stride + x * channels + channel
        const isStart = (y === 0 && x === 0) || isRestart
        const predicted = isStart
          ? start
          : isFirstRow
            ? samples[at - channels]!
            : x === 0
              ? samples[at - stride]!
              : predict(
                  predictor,
                  samples[at - channels]!,
                  samples[at - stride]!,
                  samples[at - stride - channels]!,
                )
        samples[at] = predicted + bits.difference(scanTables[channel])
      }
    }
    isFirstRow = false
  }
  const toByte = precision - shift - 8
  const data = new Uint8Array(samples.length)
  for (let n = 0; n < samples.length; n++)
    data[n] = toByte >= 0 ? samples[n]! >> toByte : samples[n]! << -toByte
  return { width, height, channels: channels as 1 | 3, data }
}

/** Table H.1: predictions from the samples to the left, above, and above left. */
function predict(predictor: number, left: number, above: number, aboveLeft: number): number {
  switch (predictor) {
    case 1:
      return left
    case 2:
      return above
    case 3:
      return aboveLeft
    case 4:
      return left + above - aboveLeft
    case 5:
      return left + ((above - aboveLeft) >> 1)
    case 6:
      return above + ((left - aboveLeft) >> 1)
    case 7:
      return (left + above) >> 1
    default:
      throw new Error(`a lossless JPEG with predictor ${predictor} is not supported`)
  }
}

class BitReader {
  readonly #bytes: Uint8Array
  #at: number
  #buffer = 0
  #count = 0

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes
    this.#at = at
  }

  difference(table: HuffmanTable | undefined): number {
    if (table === undefined) throw new Error('a lossless JPEG without its Huffman table')
    const length = this.#decode(table)
    if (length === 0) return 0
    if (length === 16) return 32768
    const value = this.#read(length)
    return value < 1 << (length - 1) ? value - (1 << length) + 1 : value
  }

  skipRestart(): void {
    this.#count = 0
    while (this.#at + 1 < this.#bytes.length) {
      if (this.#bytes[this.#at] === 0xff && (this.#bytes[this.#at + 1]! & 0xf8) === 0xd0) {
        this.#at += 2
        return
      }
      this.#at++
    }
  }

  #decode({ maxCode, valueOffset, values }: HuffmanTable): number {
    let code = 0
    for (let length = 1; length <= 16; length++) {
      code = (code << 1) | this.#read(1)
      if (code <= maxCode[length]!) return values[code + valueOffset[length]!]!
    }
    throw new Error('the data of the lossless JPEG are damaged')
  }

  #read(length: number): number {
    while (this.#count < length) {
      const byte = this.#bytes[this.#at]
      if (byte === undefined || (byte === 0xff && this.#bytes[this.#at + 1] !== 0))
        throw new Error(ENDS_EARLY)
      this.#at += byte === 0xff ? 2 : 1
      this.#buffer = ((this.#buffer << 8) | byte) & 0xffffff
      this.#count += 8
    }
    this.#count -= length
    return (this.#buffer >> this.#count) & ((1 << length) - 1)
  }
}
