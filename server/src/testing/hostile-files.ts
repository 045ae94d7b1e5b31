import { execFileSync } from 'node:child_process'
import { truncateSync } from 'node:fs'
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { crc32, deflateSync, gunzipSync } from 'node:zlib'
import sharp from 'sharp'
import { makeDng } from './dng.ts'
import { picture } from './pictures.ts'

export interface HostileFile {
  /** As bench/results/hostile-files.md names it. */
  kind: string
  name: string
  /** Expected state of the index: an image of that type, a failure for that reason, or nothing. */
  outcome: { contentType: string } | { reason: RegExp } | 'left out'
  make: (file: string) => Promise<unknown> | unknown
}

const indexedAs = (type: string) => ({ contentType: `image/${type}` })
const TOO_LARGE = { reason: /too large: .* megapixels are decoded/ }
const UNREADABLE = { reason: /can't be read/ }

/** Files that are broken, make false claims or are malicious. */
export const HOSTILE_FILES: HostileFile[] = [
  ...(['jpeg', 'png', 'webp', 'gif', 'tiff', 'avif'] as const).map((format) => ({
    kind: 'cut off in the middle',
    name: `truncated.${format}`,
    outcome: UNREADABLE,
    make: async (file: string) => {
      const bytes = await pattern().toFormat(format).toBuffer()
      await writeFile(file, bytes.subarray(0, bytes.length / 2))
    },
  })),
  file('empty', 'empty.jpg', { reason: /the file is empty/ }, () => Buffer.alloc(0)),
  file('text, HTML or a program with the extension of an image', 'page.png', { reason: /not an image/ }, () =>
    Buffer.from('<html><script>alert(1)</script></html>'),
  ),
  file('a format that differs from the extension', 'png.jpg', indexedAs('png'), () => picture(1)),
  file('an image with a program appended', 'polyglot.jpg', indexedAs('jpeg'), async () =>
    Buffer.concat([await picture(2, 'jpeg'), Buffer.from('<script>alert(1)</script>')]),
  ),
  file('SVG with the extension of an image', 'drawing.png', { reason: /not an image/ }, () =>
    Buffer.from(
      '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script><image href="http://example.com/x"/></svg>',
    ),
  ),
  file('SVG', 'drawing.svg', 'left out', () => Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>')),
  file('one pixel', 'one.png', indexedAs('png'), () => plain(1, 1).png().toBuffer()),
  file('a strip of 20,000 × 1 pixels', 'strip.png', indexedAs('png'), () =>
    plain(20_000, 1).png().toBuffer(),
  ),
  file('30,000 × 30,000 pixels in 110 kB', 'huge.png', TOO_LARGE, () => blackPng(30_000, 30_000, 1)),
  file('196 megapixels in 24 kB', 'bomb.png', indexedAs('png'), () => blackPng(14_000, 14_000, 1)),
  // `plain(14_000, 14_000).jpeg({ progressive: true })` and `plain(9000, 9000).avif({ effort: 0 })`: making them takes ten seconds each.
  file('196 megapixels that have to be decoded as a whole', 'scans.jpg', indexedAs('jpeg'), async () =>
    gunzipSync(await readFile(fixture('scans.jpg.gz'))),
  ),
  file('an AVIF of 81 megapixels in 2 kB', 'bomb.avif', TOO_LARGE, () => readFile(fixture('bomb.avif'))),
  file('a raw photo that claims 30,000 × 30,000 pixels', 'sensor.dng', TOO_LARGE, async () =>
    makeDng({ sensor: await plain(64, 64).png().toBuffer(), claimed: { width: 30_000, height: 30_000 } }),
  ),
  file('text or a colour profile that unpacks to 200 MB', 'text.png', indexedAs('png'), async () =>
    withChunk(await picture(3), 'zTXt'),
  ),
  file('text or a colour profile that unpacks to 200 MB', 'profile.png', indexedAs('png'), async () =>
    withChunk(await picture(4), 'iCCP'),
  ),
  file('an invalid colour profile', 'profile.jpg', indexedAs('jpeg'), async () =>
    withSegment(await picture(5, 'jpeg'), 0xe2, Buffer.from('ICC_PROFILE\0\x01\x01garbage', 'latin1')),
  ),
  file('invalid EXIF data', 'exif.jpg', indexedAs('jpeg'), async () =>
    withSegment(
      await picture(6, 'jpeg'),
      0xe1,
      Buffer.from('Exif\0\0II*\0\xff\xff\xff\xff garbage', 'latin1'),
    ),
  ),
  file('an animation of 20,000 frames', 'endless.gif', indexedAs('gif'), () => longGif(20_000)),
  file('CMYK', 'print.jpg', indexedAs('jpeg'), () => pattern().toColourspace('cmyk').jpeg().toBuffer()),
  file('16 bits per channel', 'deep.png', indexedAs('png'), () =>
    pattern().toColourspace('rgb16').png().toBuffer(),
  ),
  file('a TIFF whose pages form a loop', 'circle.tif', indexedAs('tiff'), async () =>
    withCircle(await pattern().tiff({ compression: 'none' }).toBuffer()),
  ),
  file('a BMP that claims 60,000 × 60,000 pixels', 'claims.bmp', TOO_LARGE, () => {
    const header = Buffer.alloc(64)
    header.write('BM')
    header.writeUInt32LE(40, 14)
    header.writeInt32LE(60_000, 18)
    header.writeInt32LE(60_000, 22)
    return header
  }),
  {
    kind: 'a file of 300 GB (sparse)',
    name: 'holes.jpg',
    outcome: { reason: /too large: .*limits\.max_file_bytes/ },
    make: async (path) => {
      await writeFile(path, 'x')
      truncateSync(path, 300e9)
    },
  },
  {
    kind: 'a named pipe',
    name: 'pipe.jpg',
    outcome: { reason: /named pipe/ },
    make: (path) => execFileSync('mkfifo', [path]),
  },
  {
    kind: 'a socket',
    name: 'socket.jpg',
    outcome: { reason: /socket/ },
    make: (path) =>
      new Promise<void>((resolve) => {
        const server = createServer().unref()
        server.listen(path, resolve)
      }),
  },
  {
    kind: 'a link to a device or to any other file outside the gallery',
    name: 'zero.jpg',
    outcome: { reason: /out of the gallery/ },
    make: (path) => symlink('/dev/zero', path),
  },
  {
    kind: 'a link to nothing or to itself',
    name: 'itself.jpg',
    outcome: { reason: /leads to itself/ },
    make: (path) => symlink('itself.jpg', path),
  },
  {
    kind: 'a folder with the extension of an image',
    name: 'folder.jpg',
    outcome: 'left out',
    make: (path) => mkdir(path),
  },
]

/** Makes all of them in a folder. */
export async function writeHostileFiles(directory: string): Promise<void> {
  for (const { name, make } of HOSTILE_FILES) await make(join(directory, name))
}

function file(
  kind: string,
  name: string,
  outcome: HostileFile['outcome'],
  bytes: () => Promise<Buffer> | Buffer,
): HostileFile {
  return { kind, name, outcome, make: async (path) => writeFile(path, await bytes()) }
}

const fixture = (name: string) => join(import.meta.dirname, 'fixtures', name)

/** Blocks of colour that take some space in every format. */
function pattern() {
  const data = Buffer.from(Array.from({ length: 32 * 32 * 3 }, (_, n) => (n * 7919) % 256))
  return sharp(data, { raw: { width: 32, height: 32, channels: 3 } })
}

function plain(width: number, height: number) {
  return sharp({ create: { width, height, channels: 3, background: '#888' }, limitInputPixels: false })
}

function chunk(type: string, data: Buffer): Buffer {
  const bytes = Buffer.alloc(12 + data.length)
  bytes.writeUInt32BE(data.length, 0)
  bytes.write(type, 4, 'latin1')
  data.copy(bytes, 8)
  bytes.writeUInt32BE(crc32(bytes.subarray(4, 8 + data.length)), 8 + data.length)
  return bytes
}

/** Grey, of `bits` a pixel, all black. */
function blackPng(width: number, height: number, bits: number): Buffer {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header[8] = bits
  const rows = Buffer.alloc(height * (1 + Math.ceil((width * bits) / 8)))
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows, { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

/** A PNG with one more chunk behind its header, which unpacks to 200 MB. */
function withChunk(png: Buffer, type: 'zTXt' | 'iCCP'): Buffer {
  const headerEnd = 8 + 25
  const packed = deflateSync(Buffer.alloc(200_000_000))
  const more = chunk(type, Buffer.concat([Buffer.from('a\0\0', 'latin1'), packed]))
  return Buffer.concat([png.subarray(0, headerEnd), more, png.subarray(headerEnd)])
}

function withSegment(jpeg: Buffer, marker: number, data: Buffer): Buffer {
  const head = Buffer.from([0xff, marker, 0, 0])
  head.writeUInt16BE(data.length + 2, 2)
  return Buffer.concat([jpeg.subarray(0, 2), head, data, jpeg.subarray(2)])
}

/** A GIF of one black pixel, over and over, that never ends. */
function longGif(frames: number): Buffer {
  const head = Buffer.from(
    '4749463839610100010080000000000000000021ff0b4e45545343415045322e300301000000',
    'hex',
  )
  const frame = Buffer.from('21f90400000000002c0000000001000100000202440100', 'hex')
  return Buffer.concat([head, ...Array.from({ length: frames }, () => frame), Buffer.from([0x3b])])
}

/** Lets the last page of a TIFF be followed by its first one. */
function withCircle(tiff: Buffer): Buffer {
  const isLittle = tiff.toString('latin1', 0, 2) === 'II'
  const first = isLittle ? tiff.readUInt32LE(4) : tiff.readUInt32BE(4)
  const entries = isLittle ? tiff.readUInt16LE(first) : tiff.readUInt16BE(first)
  const next = first + 2 + 12 * entries
  if (isLittle) tiff.writeUInt32LE(first, next)
  else tiff.writeUInt32BE(first, next)
  return tiff
}
