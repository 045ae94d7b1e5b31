import { colourAt, HEIGHT, QUADRANTS, WIDTH } from './quadrants.ts'

interface BmpOptions {
  bits: number
  compression?: number
  headerBytes?: number
  /** Position of the pixels in the header, correct or not. */
  offset?: number
  palette?: readonly (readonly number[])[]
}

/** A BMP of given pixel data, whose rows begin at the bottom. */
export function writeBmp(
  pixels: Uint8Array,
  { bits, compression = 0, headerBytes = 40, offset, palette = [] }: BmpOptions,
  [width, height]: readonly [number, number] = [WIDTH, HEIGHT],
): Buffer {
  const header = Buffer.alloc(14 + headerBytes)
  const colours = Buffer.from(palette.flatMap(([red, green, blue]) => [blue!, green!, red!, 0]))
  const file = Buffer.concat([header, colours, pixels])
  file.write('BM', 'latin1')
  file.writeUInt32LE(file.length, 2)
  file.writeUInt32LE(offset ?? header.length + colours.length, 10)
  file.writeUInt32LE(headerBytes, 14)
  file.writeInt32LE(width, 18)
  file.writeInt32LE(height, 22)
  file.writeUInt16LE(1, 26)
  file.writeUInt16LE(bits, 28)
  file.writeUInt32LE(compression, 30)
  file.writeUInt32LE(palette.length, 46)
  return file
}

/** Rows of the test picture from the bottom, each pixel as bytes. */
function rows(pixel: (x: number, y: number) => number[]): Buffer {
  const bytes: number[] = []
  for (let y = HEIGHT - 1; y >= 0; y--) for (let x = 0; x < WIDTH; x++) bytes.push(...pixel(x, y))
  return Buffer.from(bytes)
}

const indexAt = (x: number, y: number) => QUADRANTS.indexOf(colourAt(x, y))
const blueFirst = (x: number, y: number) => [...colourAt(x, y)].reverse()

export function bmpSamples(): Record<string, Buffer> {
  const indices = rows((x, y) => [indexAt(x, y)])
  const quarters = Buffer.from(
    Array.from({ length: indices.length / 4 }, (_, n) =>
      [0, 1, 2, 3].reduce((byte, part) => (byte << 2) | indices[n * 4 + part]!, 0),
    ),
  )
  const palette = Array.from({ length: 256 }, (_, n) => QUADRANTS[n] ?? [0, 0, 0])
  const thirty2 = rows((x, y) => [...blueFirst(x, y), 0])
  // Some programs leave rubbish in the byte that the header does not define.
  const rubbish = rows((x, y) => [...blueFirst(x, y), (x * y) & 127])
  return {
    '24.bmp': writeBmp(rows(blueFirst), { bits: 24 }),
    'clipboard.dib': writeBmp(rows(blueFirst), { bits: 24 }).subarray(14),
    '24-offset-0.bmp': writeBmp(rows(blueFirst), { bits: 24, offset: 0 }),
    '32-alpha-0.bmp': writeBmp(thirty2, { bits: 32 }),
    '32-rubbish.bmp': writeBmp(rubbish, { bits: 32 }),
    '8-offset-54.bmp': writeBmp(indices, { bits: 8, palette, offset: 54 }),
    '8-offset-0.bmp': writeBmp(indices, { bits: 8, palette, offset: 0 }),
    '2.bmp': writeBmp(quarters, { bits: 2, palette: QUADRANTS }),
    'os2-runs-24.bmp': writeBmp(colourRuns(), { bits: 24, compression: 4, headerBytes: 64 }),
  }
}

/** Two runs a row, the end of each row, and the end of all. */
function colourRuns(): Buffer {
  const bytes: number[] = []
  for (let y = HEIGHT - 1; y >= 0; y--) {
    for (const x of [0, WIDTH / 2]) bytes.push(WIDTH / 2, ...blueFirst(x, y))
    bytes.push(0, 0)
  }
  return Buffer.from([...bytes, 0, 1])
}
