import { describe, expect, it } from 'vitest'
import { formatSamples, rawSamples } from '../testing/format-samples.ts'
import { distance, HEIGHT, QUADRANTS, quadrantsOf, WIDTH } from '../testing/quadrants.ts'
import { decodeImage } from './decode.ts'
import { IMAGE_FORMATS, type ImageFormat, sniff } from './formats/index.ts'
import { WHOLE_FORMATS } from './source.ts'

const samples = await formatSamples()
const LIMITS = { maxPixels: 1_000_000 }
const SIZE = { width: WIDTH, height: HEIGHT }

describe('an image shows the right pixels', () => {
  it.each(Object.keys(samples))('%s', async (name) => {
    const decoded = await decodeImage(samples[name]!, SIZE, LIMITS)
    expect([decoded.width, decoded.height, decoded.note]).toEqual([WIDTH, HEIGHT, undefined])
    expect(distance(quadrantsOf(decoded.image), QUADRANTS)).toBeLessThan(16)
  })
})

it('each format has samples', async () => {
  const formats = Object.values({ ...samples, ...(await rawSamples()) }).map(sniff)
  expect([...new Set(formats)].sort()).toEqual([...IMAGE_FORMATS].sort())
})

/** More pixels than are held in memory as a whole. */
const CLAIMED_SIDE = 9_000

/** Writes into the header of a file that it has `CLAIMED_SIDE` pixels in both directions. */
const CLAIMS: Partial<Record<ImageFormat, (file: Buffer) => void>> = {
  bmp(file) {
    for (const at of [18, 22]) file.writeInt32LE(CLAIMED_SIDE, at)
  },
  gif(file) {
    for (const at of [6, 8]) file.writeUInt16LE(CLAIMED_SIDE, at)
  },
  heic: claimInHeif,
  avif: claimInHeif,
}

function claimInHeif(file: Buffer): void {
  const at = file.indexOf('ispe') + 8
  for (const side of [at, at + 4]) file.writeUInt32BE(CLAIMED_SIDE, side)
}

describe('a format that is held in memory as a whole', () => {
  it.each(WHOLE_FORMATS)('is refused by its header if it is too large: %s', async (format) => {
    const claim = CLAIMS[format]
    if (claim === undefined)
      throw new Error(`Add to CLAIMS how a file of the format ${format} states its size`)
    const file = Buffer.from(Object.values(samples).find((sample) => sniff(sample) === format)!)
    claim(file)
    await expect(decodeImage(file, SIZE, { maxPixels: 1e9 })).rejects.toMatchObject({
      code: 'image_too_large',
      message: expect.stringContaining('at most 64 megapixels are decoded in this format'),
    })
  })
})
