import { constants, deflateSync, inflateSync } from 'node:zlib'
import { chunksOf, type PngChunk, pngChunk } from './png-chunk.ts'

const SIGNATURE_BYTES = 8
/** Channels by colour type (PNG, third edition, table 8). */
const CHANNELS: Record<number, number> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 }
/** Column and row of the first pixel, and their steps, of each pass of Adam7. */
const ADAM7 = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const
/** Chunks that affect the pixels. Damage in others is ignored. */
const KEPT_CHUNKS = ['IHDR', 'PLTE', 'tRNS', 'gAMA', 'sRGB', 'iCCP', 'eXIf']
const MAX_DATA_BYTES = 512 * 1024 ** 2

/**
 * Completes a PNG whose data end early or are damaged: rows that are missing become zero, and checksums are renewed.
 * @returns the new file and the share of the pixel data that was found; undefined if the header is missing
 */
export function repairPng(png: Uint8Array): { bytes: Buffer; share: number } | undefined {
  const chunks = readChunks(png)
  const header = chunks.find(({ type, data }) => type === 'IHDR' && data.length >= 13)?.data
  if (header === undefined) return undefined
  const expected = dataBytes(header)
  if (!(expected > 0 && expected <= MAX_DATA_BYTES)) return undefined
  const data = Buffer.alloc(expected)
  const packed = Buffer.concat(chunks.filter(({ type }) => type === 'IDAT').map(({ data }) => data))
  const found = inflateAsFarAsPossible(packed, expected)
  found.copy(data)
  const kept = chunks.filter(({ type }) => KEPT_CHUNKS.includes(type))
  return {
    bytes: Buffer.concat([
      png.subarray(0, SIGNATURE_BYTES),
      ...kept.map(({ type, data }) => pngChunk(type, data)),
      pngChunk('IDAT', deflateSync(data, { level: 1 })),
      pngChunk('IEND', Buffer.alloc(0)),
    ]),
    share: Math.min(1, found.length / expected),
  }
}

/** Behind damage in the length of a chunk, nothing is a chunk. */
function readChunks(png: Uint8Array): PngChunk[] {
  const chunks: PngChunk[] = []
  for (const chunk of chunksOf(png)) {
    if (!/^[A-Za-z]{4}$/.test(chunk.type)) break
    chunks.push(chunk)
  }
  return chunks
}

/** Bytes of the pixel data, with one byte for the filter of each row. */
function dataBytes(header: Buffer): number {
  const width = header.readUInt32BE(0)
  const height = header.readUInt32BE(4)
  const bits = header[8]! * (CHANNELS[header[9]!] ?? 0)
  const rowsBytes = (columns: number, rows: number) =>
    columns > 0 && rows > 0 ? rows * (1 + Math.ceil((columns * bits) / 8)) : 0
  if (header[12] !== 1) return rowsBytes(width, height)
  return ADAM7.reduce(
    (sum, [left, top, stepX, stepY]) =>
      sum + rowsBytes(Math.ceil((width - left) / stepX), Math.ceil((height - top) / stepY)),
    0,
  )
}

/** Inflates until the data end or are damaged. The damaged place is found by halving. */
function inflateAsFarAsPossible(packed: Buffer, maxBytes: number): Buffer {
  const inflate = (length: number) => {
    try {
      return inflateSync(packed.subarray(0, length), {
        finishFlush: constants.Z_SYNC_FLUSH,
        maxOutputLength: maxBytes + 1,
      })
    } catch {
      return undefined
    }
  }
  const all = inflate(packed.length)
  if (all !== undefined) return all
  let [good, bad] = [0, packed.length]
  let best = Buffer.alloc(0)
  while (bad - good > 1) {
    const middle = (good + bad) >> 1
    const part = inflate(middle)
    if (part === undefined) bad = middle
    else [good, best] = [middle, part]
  }
  return best
}
