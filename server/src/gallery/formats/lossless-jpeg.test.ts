import { describe, expect, it } from 'vitest'
import { HEIGHT, quadrantPixels, WIDTH } from '../../testing/quadrants.ts'
import { decodeLosslessJpeg, isLosslessJpeg } from './lossless-jpeg.ts'

const u16 = (value: number) => [value >> 8, value & 255]

/** Encodes the test picture with predictor 1 and a code of five bits for each length of a difference. */
function encode(): Buffer {
  const pixels = quadrantPixels()
  const bits: number[] = []
  const write = (value: number, count: number) => {
    for (let bit = count - 1; bit >= 0; bit--) bits.push((value >> bit) & 1)
  }
  for (let y = 0; y < HEIGHT; y++)
    for (let x = 0; x < WIDTH; x++)
      for (let channel = 0; channel < 3; channel++) {
        const at = (y * WIDTH + x) * 3 + channel
        const predicted = x > 0 ? pixels[at - 3]! : y > 0 ? pixels[at - WIDTH * 3]! : 128
        const difference = pixels[at]! - predicted
        const length = 32 - Math.clz32(Math.abs(difference))
        write(length, 5)
        write(difference < 0 ? difference + (1 << length) - 1 : difference, length)
      }
  const data: number[] = []
  while (bits.length % 8 !== 0) bits.push(1)
  for (let at = 0; at < bits.length; at += 8) {
    const byte = bits.slice(at, at + 8).reduce((sum, bit) => (sum << 1) | bit, 0)
    data.push(byte, ...(byte === 0xff ? [0] : []))
  }
  const counts = Array.from({ length: 16 }, (_, n) => (n === 4 ? 17 : 0))
  const values = Array.from({ length: 17 }, (_, n) => n)
  const components = [1, 2, 3].flatMap((id) => [id, 0x11, 0])
  return Buffer.from([
    ...[0xff, 0xd8],
    ...[0xff, 0xc4, ...u16(2 + 1 + 16 + 17), 0, ...counts, ...values],
    ...[0xff, 0xc3, ...u16(8 + 9), 8, ...u16(HEIGHT), ...u16(WIDTH), 3, ...components],
    ...[0xff, 0xda, ...u16(12), 3, 1, 0, 2, 0, 3, 0, 1, 0, 0],
    ...data,
    ...[0xff, 0xd9],
  ])
}

describe('a lossless JPEG', () => {
  it('is decoded to exactly its pixels', () => {
    const jpeg = encode()
    expect(isLosslessJpeg(jpeg)).toBe(true)
    const { data, width, height, channels } = decodeLosslessJpeg(jpeg)
    expect({ width, height, channels }).toEqual({ width: WIDTH, height: HEIGHT, channels: 3 })
    expect(Buffer.from(data).equals(quadrantPixels())).toBe(true)
  })

  it('that is cut off is refused', () => {
    const jpeg = encode()
    expect(() => decodeLosslessJpeg(jpeg.subarray(0, jpeg.length / 2))).toThrow(/ends before/)
  })
})
