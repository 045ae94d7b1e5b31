import { describe, expect, it } from 'vitest'
import { writeBmp } from '../../testing/bmp-samples.ts'
import { decodeImage } from '../decode.ts'

const SIZE = { width: 96, height: 64 }
const EOL = '000000000001'
/** ITU-T T.4, tables 2 and 3: runs of white (w) and black (b) pixels. */
const CODES = { w0: '00110101', w32: '00011011', w48: '00001011', w64: '11011', b48: '000001100100' }

function pack(bits: string): Buffer {
  const padded = bits.padEnd(Math.ceil(bits.length / 8) * 8, '0')
  return Buffer.from(padded.match(/.{8}/g)!.map((byte) => Number.parseInt(byte, 2)))
}

describe('a BMP of OS/2', () => {
  it('with fax compression is decoded to the right colours', async () => {
    const white = EOL + CODES.w64 + CODES.w32
    const half = EOL + CODES.w0 + CODES.b48 + CODES.w48
    // Rows begin at the bottom.
    const bits = white.repeat(32) + half.repeat(32)
    const palette = [
      [250, 250, 250],
      [200, 0, 0],
    ]
    const bmp = writeBmp(pack(bits), { bits: 1, compression: 3, headerBytes: 64, palette }, [96, 64])
    const { image, width, height } = await decodeImage(bmp, SIZE, { maxPixels: 1_000_000 })
    const colourAt = (x: number, y: number) => [
      ...image.data.subarray((y * 96 + x) * 3, (y * 96 + x) * 3 + 3),
    ]
    expect([width, height]).toEqual([96, 64])
    expect([colourAt(10, 10), colourAt(80, 10), colourAt(10, 50), colourAt(80, 50)]).toEqual([
      [200, 0, 0],
      [250, 250, 250],
      [250, 250, 250],
      [250, 250, 250],
    ])
  })
})
