import { describe, expect, it } from 'vitest'
import { formatSamples } from '../testing/format-samples.ts'
import { distance, HEIGHT, QUADRANTS, quadrantsOf, WIDTH } from '../testing/quadrants.ts'
import { decodeImage } from './decode.ts'

const samples = await formatSamples()
const LIMITS = { maxPixels: 1_000_000 }

describe('an image shows the right pixels', () => {
  it.each(Object.keys(samples))('%s', async (name) => {
    const decoded = await decodeImage(samples[name]!, { width: WIDTH, height: HEIGHT }, LIMITS)
    expect([decoded.width, decoded.height, decoded.note]).toEqual([WIDTH, HEIGHT, undefined])
    expect(distance(quadrantsOf(decoded.image), QUADRANTS)).toBeLessThan(16)
  })
})
