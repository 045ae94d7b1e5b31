import { deflateSync } from 'node:zlib'
import sharp from 'sharp'
import { colourAt, HEIGHT, quadrantPixels, quadrants, WIDTH } from './quadrants.ts'
import { float, long, short, type TiffTags, writeTiff } from './tiff-file.ts'

const RGB = 2
const CIE_LAB = 8
const YCBCR = 6
const [INT, FLOAT] = [2, 3]

function tags(bits: number, channels: number, more: TiffTags = {}): TiffTags {
  return {
    256: long(WIDTH),
    257: long(HEIGHT),
    258: short(...Array.from({ length: channels }, () => bits)),
    259: short(1),
    262: short(RGB),
    277: short(channels),
    278: long(HEIGHT),
    ...more,
  }
}

/** Writes each 8-bit value of the test picture as a number of another type. */
function numbers(width: number, write: (bytes: Buffer, value: number, at: number) => void): Buffer {
  const pixels = quadrantPixels()
  const bytes = Buffer.alloc(pixels.length * width)
  for (const [n, value] of pixels.entries()) write(bytes, value, n * width)
  return bytes
}

function format(kind: number): TiffTags {
  return { 339: short(kind, kind, kind) }
}

/** TIFF files of kinds that sharp does not write or does not read. */
export async function tiffSamples(): Promise<Record<string, Buffer>> {
  const floats = numbers(4, (bytes, value, at) => bytes.writeFloatLE(value / 255, at))
  const one = (page: TiffTags, data: Uint8Array) => writeTiff({ tags: page, chunks: [data] })
  return {
    'lzw.tif': await quadrants().tiff({ compression: 'lzw', predictor: 'horizontal' }).toBuffer(),
    'jpeg.tif': await quadrants().tiff({ compression: 'jpeg', quality: 95 }).toBuffer(),
    'tiles.tif': await quadrants().tiff({ tile: true, tileWidth: 32, tileHeight: 32 }).toBuffer(),
    'sixteen.tif': await quadrants().toColourspace('rgb16').tiff().toBuffer(),
    'uint32.tif': one(
      tags(32, 3),
      numbers(4, (bytes, value, at) => bytes.writeUInt32LE(value * 0x01010101, at)),
    ),
    'int8.tif': one(
      tags(8, 3, format(INT)),
      numbers(1, (bytes, value, at) => bytes.writeInt8(value - 128, at)),
    ),
    'int16.tif': one(
      tags(16, 3, format(INT)),
      numbers(2, (bytes, value, at) => bytes.writeInt16LE(value * 257 - 32768, at)),
    ),
    'float16.tif': one(tags(16, 3, format(FLOAT)), numbers(2, writeHalf)),
    'float32.tif': one(tags(32, 3, format(FLOAT)), floats),
    'float32-stated.tif': one(
      tags(32, 3, { ...format(FLOAT), 340: float(-1, -1, -1), 341: float(3, 3, 3) }),
      numbers(4, (bytes, value, at) => bytes.writeFloatLE((value / 255) * 4 - 1, at)),
    ),
    'float32-predictor.tif': one(
      tags(32, 3, { ...format(FLOAT), 259: short(8), 317: short(3) }),
      deflateSync(floatPredictor(floats)),
    ),
    'uint16-predictor.tif': one(
      tags(16, 3, { 259: short(8), 317: short(2) }),
      deflateSync(differences(numbers(2, (bytes, value, at) => bytes.writeUInt16LE(value * 257, at)))),
    ),
    'lab-alpha.tif': one(tags(8, 4, { 262: short(CIE_LAB), 338: short(2) }), labPixels()),
    'pages.tif': writeTiff(
      { tags: tags(8, 3), chunks: [quadrantPixels()] },
      { tags: tags(8, 3), chunks: [Buffer.alloc(WIDTH * HEIGHT * 3)] },
    ),
    'thumbnail-first.tif': writeTiff(
      { tags: { ...tags(8, 3), 254: long(1) }, chunks: [Buffer.alloc(WIDTH * HEIGHT * 3)] },
      { tags: tags(8, 3), chunks: [quadrantPixels()] },
    ),
    'old-jpeg-tiles.tif': await oldJpegTiles(),
  }
}

function writeHalf(bytes: Buffer, value: number, at: number): void {
  // Values below 1 and above 2⁻¹⁴ have the exponent of their highest bit.
  const unit = value / 255
  const exponent = Math.floor(Math.log2(unit))
  const fraction = Math.round((unit / 2 ** exponent - 1) * 1024)
  bytes.writeUInt16LE(((exponent + 15) << 10) + fraction, at)
}

/** Differences between neighbours, from the end so that each is taken from the original. */
function differences(words: Buffer): Buffer {
  const rowBytes = WIDTH * 6
  for (let row = 0; row < words.length; row += rowBytes)
    for (let at = row + rowBytes - 2; at >= row + 6; at -= 2)
      words.writeUInt16LE((words.readUInt16LE(at) - words.readUInt16LE(at - 6)) & 0xffff, at)
  return words
}

function floatPredictor(floats: Buffer): Buffer {
  const rowBytes = WIDTH * 12
  const out = Buffer.alloc(floats.length)
  for (let row = 0; row < floats.length; row += rowBytes) {
    const count = rowBytes / 4
    for (let n = 0; n < count; n++)
      for (let byte = 0; byte < 4; byte++) out[row + byte * count + n] = floats[row + n * 4 + 3 - byte]!
    for (let at = row + rowBytes - 1; at >= row + 3; at--) out[at] = (out[at]! - out[at - 3]!) & 255
  }
  return out
}

/** The test picture in CIE L*a*b* with an opaque alpha channel. */
function labPixels(): Buffer {
  const data = Buffer.alloc(WIDTH * HEIGHT * 4)
  for (let n = 0; n < WIDTH * HEIGHT; n++) {
    const [lightness, a, b] = toLab(colourAt(n % WIDTH, Math.floor(n / WIDTH)))
    data.writeUInt8(Math.round(lightness * 2.55), n * 4)
    data.writeInt8(Math.round(a), n * 4 + 1)
    data.writeInt8(Math.round(b), n * 4 + 2)
    data.writeUInt8(255, n * 4 + 3)
  }
  return data
}

/** sRGB to CIE L*a*b* of D50 (matrix: Lindbloom, Bradford-adapted). */
function toLab(colour: readonly number[]): [number, number, number] {
  const [r, g, b] = colour.map((value) => {
    const unit = value / 255
    return unit <= 0.04045 ? unit / 12.92 : ((unit + 0.055) / 1.055) ** 2.4
  }) as [number, number, number]
  const f = (t: number) => (t > (6 / 29) ** 3 ? Math.cbrt(t) : t / (3 * (6 / 29) ** 2) + 4 / 29)
  const x = f((0.4360747 * r + 0.3850649 * g + 0.1430804 * b) / 0.9642)
  const y = f(0.2225045 * r + 0.7168786 * g + 0.0606169 * b)
  const z = f((0.0139322 * r + 0.0971045 * g + 0.7141733 * b) / 0.8249)
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)]
}

const TILE = 32

/** Tiles of entropy-coded data whose tables stand in tags, as TIFF 6.0 proposed and few programs wrote. */
async function oldJpegTiles(): Promise<Buffer> {
  const tiles: Buffer[] = []
  let tables: Segments | undefined
  for (let top = 0; top < HEIGHT; top += TILE)
    for (let left = 0; left < WIDTH; left += TILE) {
      const jpeg = await sharp(quadrantPixels(), { raw: { width: WIDTH, height: HEIGHT, channels: 3 } })
        .extract({ left, top, width: TILE, height: TILE })
        .jpeg({ quality: 90, chromaSubsampling: '4:4:4', optimiseCoding: false })
        .toBuffer()
      tables = segmentsOf(jpeg)
      tiles.push(tables.scan)
    }
  const { quantisation, dc, ac } = tables!
  return writeTiff({
    tags: {
      ...tags(8, 3, { 259: short(6), 262: short(YCBCR), 512: short(1), 530: short(1, 1) }),
      322: long(TILE),
      323: long(TILE),
    },
    chunks: tiles,
    isTiled: true,
    blobs: { 519: quantisation, 520: dc, 521: ac },
  })
}

interface Segments {
  quantisation: Buffer[]
  dc: Buffer[]
  ac: Buffer[]
  scan: Buffer
}

/** The tables of a baseline JPEG, one entry for each of its three channels, and its entropy-coded data. */
function segmentsOf(jpeg: Buffer): Segments {
  const quantisation: Buffer[] = []
  const huffman: Record<number, Buffer> = {}
  let at = 2
  for (; jpeg[at + 1] !== 0xda; at += 2 + jpeg.readUInt16BE(at + 2)) {
    const content = jpeg.subarray(at + 4, at + 2 + jpeg.readUInt16BE(at + 2))
    if (jpeg[at + 1] === 0xdb)
      for (let n = 0; n < content.length; n += 65) quantisation.push(content.subarray(n + 1, n + 65))
    if (jpeg[at + 1] !== 0xc4) continue
    for (let n = 0; n < content.length; ) {
      const count = content.subarray(n + 1, n + 17).reduce((sum, value) => sum + value, 0)
      huffman[content[n]!] = content.subarray(n + 1, n + 17 + count)
      n += 17 + count
    }
  }
  const chroma = (list: Buffer[]) => [list[0]!, list[1] ?? list[0]!, list[1] ?? list[0]!]
  return {
    quantisation: chroma(quantisation),
    dc: chroma([huffman[0]!, huffman[1]!]),
    ac: chroma([huffman[0x10]!, huffman[0x11]!]),
    scan: jpeg.subarray(at + 2 + jpeg.readUInt16BE(at + 2), jpeg.length - 2),
  }
}
