import sharp from 'sharp'
import { u16 } from '../iso-box.ts'
import { END_OF_IMAGE_BYTES, START_OF_SCAN, segmentsOf } from '../jpeg-segments.ts'
import type { Pixels } from '../pixels.ts'
import { TAG, type TiffDirectory } from './directory.ts'
import { PHOTOMETRIC, type TiffLayout } from './layout.ts'

/**
 * Decodes the first form of JPEG in TIFF (TIFF 6.0, section 22): strips or tiles of entropy-coded data, whose tables stand in
 * tags of the directory or in a JPEG stream beside them. libtiff reads it in strips only.
 */
export async function decodeOldJpeg(directory: TiffDirectory, layout: TiffLayout): Promise<Pixels> {
  const { bytes, number } = directory
  const { width, height, chunkWidth, chunkHeight, offsets, byteCounts } = layout
  const data = new Uint8Array(width * height * 3)
  const stream = number(TAG.jpegInterchangeFormat, 0)
  const isWhole =
    stream > 0 && isJpeg(bytes, stream) && (offsets.length === 0 || isWholeImage(bytes, stream, layout))
  if (isWhole) {
    await place(bytes.subarray(stream), { x: 0, y: 0, width, height }, data, width)
    return { width, height, channels: 3, data, share: 1 }
  }
  const tables = stream > 0 && isJpeg(bytes, stream) ? tablesOfStream(bytes, stream) : tablesOfTags(directory)
  const across = Math.ceil(width / chunkWidth)
  let found = 0
  for (const [n, offset] of offsets.entries()) {
    const [x, y] = [(n % across) * chunkWidth, Math.floor(n / across) * chunkHeight]
    if (y >= height || offset >= bytes.length) continue
    const packed = bytes.subarray(offset, offset + (byteCounts[n] ?? bytes.length))
    const part = { x, y, width: Math.min(chunkWidth, width - x), height: Math.min(chunkHeight, height - y) }
    const jpeg = isJpeg(packed, 0)
      ? withTables(packed, tables)
      : Buffer.concat([SOI, tables, ...frameAndScan(directory, layout), packed, END_OF_IMAGE_BYTES])
    const isDone = await place(jpeg, part, data, width).then(
      () => true,
      () => false,
    )
    if (isDone) found += part.width * part.height
  }
  return { width, height, channels: 3, data, share: found / (width * height) }
}

const SOI = Buffer.of(0xff, 0xd8)
const DQT = 0xdb
const DHT = 0xc4
const DRI = 0xdd
const SOF0 = 0xc0

function isJpeg(bytes: Buffer, at: number): boolean {
  return bytes[at] === 0xff && bytes[at + 1] === 0xd8
}

interface Part {
  x: number
  y: number
  width: number
  height: number
}

async function place(jpeg: Buffer, part: Part, data: Uint8Array, stride: number): Promise<void> {
  const { data: pixels, info } = await sharp(jpeg, { failOn: 'truncated', limitInputPixels: false })
    .toColourspace('srgb')
    .removeAlpha()
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true })
  const width = Math.min(part.width, info.width)
  for (let y = 0; y < Math.min(part.height, info.height); y++) {
    for (let x = 0; x < width; x++) {
      const to = ((part.y + y) * stride + part.x + x) * 3
      const from = (y * info.width + x) * info.channels
      for (let channel = 0; channel < 3; channel++)
        data[to + channel] = pixels[from + (info.channels < 3 ? 0 : channel)]!
    }
  }
}

/** Whether the stream shows the whole image, rather than tables or one of its parts. */
function isWholeImage(bytes: Buffer, stream: number, { width, height }: TiffLayout): boolean {
  for (const { marker, at } of segmentsOf(bytes, stream))
    if (marker >= SOF0 && marker <= SOF0 + 2)
      return bytes.readUInt16BE(at + 5) === height && bytes.readUInt16BE(at + 7) === width
  return false
}

function tablesOfStream(bytes: Buffer, stream: number): Buffer {
  const tables: Buffer[] = []
  for (const { marker, at, end } of segmentsOf(bytes, stream))
    if ([DQT, DHT, DRI].includes(marker)) tables.push(bytes.subarray(at, end))
  return Buffer.concat(tables)
}

/** Puts tables in front of a stream that has none of its own. */
function withTables(jpeg: Buffer, tables: Buffer): Buffer {
  for (const { marker } of segmentsOf(jpeg, 0)) if (marker === DHT) return jpeg
  return Buffer.concat([SOI, tables, jpeg.subarray(2)])
}

function tablesOfTags({ bytes, numbers, number }: TiffDirectory): Buffer {
  const segments: Buffer[] = []
  for (const [n, at] of numbers(TAG.jpegQuantisation).entries())
    segments.push(segment(DQT, Buffer.of(n), bytes.subarray(at, at + 64)))
  for (const [tag, kind] of [
    [TAG.jpegDcTables, 0],
    [TAG.jpegAcTables, 0x10],
  ] as const)
    for (const [n, at] of numbers(tag).entries()) {
      const count = bytes.subarray(at, at + 16).reduce((sum, value) => sum + value, 0)
      segments.push(segment(DHT, Buffer.of(kind | n), bytes.subarray(at, at + 16 + count)))
    }
  const restartInterval = number(TAG.jpegRestartInterval, 0)
  if (restartInterval > 0) segments.push(segment(DRI, u16(restartInterval)))
  return Buffer.concat(segments)
}

function frameAndScan({ numbers }: TiffDirectory, layout: TiffLayout): Buffer[] {
  const { channels, chunkWidth, chunkHeight, photometric } = layout
  const [across = 2, down = 2] = photometric === PHOTOMETRIC.ycbcr ? numbers(TAG.chromaSubsampling) : [1, 1]
  const tableCount = Math.max(1, numbers(TAG.jpegQuantisation).length)
  const tableOf = (channel: number) => Math.min(channel, tableCount - 1)
  const components = Array.from({ length: channels }, (_, n) => n)
  // Identifiers that libjpeg takes for RGB, or by default for YCbCr.
  const identifier = (n: number) => (photometric === PHOTOMETRIC.rgb ? 'RGB'.charCodeAt(n) : n + 1)
  const sampling = (n: number) => (n === 0 ? (across << 4) | down : 0x11)
  return [
    segment(
      SOF0,
      Buffer.of(8),
      u16(chunkHeight),
      u16(chunkWidth),
      Buffer.of(channels),
      ...components.map((n) => Buffer.of(identifier(n), sampling(n), tableOf(n))),
    ),
    segment(
      START_OF_SCAN,
      Buffer.of(channels),
      ...components.map((n) => Buffer.of(identifier(n), (tableOf(n) << 4) | tableOf(n))),
      Buffer.of(0, 63, 0),
    ),
  ]
}

function segment(marker: number, ...parts: Buffer[]): Buffer {
  const content = Buffer.concat(parts)
  return Buffer.concat([Buffer.of(0xff, marker), u16(content.length + 2), content])
}
