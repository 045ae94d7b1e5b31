import { createHash } from 'node:crypto'
import sharp from 'sharp'
import { vectorNamed } from '../../server/src/testing/vectors.ts'

const SIDE = 48
export const DIMENSIONS = 16

/** Draws a picture with a number: four fields of one colour each, the first of which marks it as one of these. */
export function numberedPicture(n: number): Promise<Buffer> {
  const rest = createHash('sha256').update(`colour ${n}`).digest()
  const fields = [
    [255, 0, 255],
    [n & 255, 0, 100],
    [n >> 8, 0, 100],
    [rest[0]!, rest[1]!, rest[2]!],
  ]
  const pixels = Buffer.alloc(SIDE * SIDE * 3)
  for (let y = 0; y < SIDE; y++)
    for (let x = 0; x < SIDE; x++)
      pixels.set(fields[(y < SIDE / 2 ? 0 : 2) + (x < SIDE / 2 ? 0 : 1)]!, (y * SIDE + x) * 3)
  return sharp(pixels, { raw: { width: SIDE, height: SIDE, channels: 3 } })
    .png()
    .toBuffer()
}

/** Returns the vector for the picture of a number: unit length, random direction. */
export function numberedVector(n: number): Float32Array {
  return vectorNamed(`vector ${n}`, DIMENSIONS)
}
