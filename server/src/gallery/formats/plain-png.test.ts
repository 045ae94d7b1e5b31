import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { decodeImage, decodeLight } from '../decode.ts'
import { readPlainPng } from './plain-png.ts'

const LIMITS = { maxPixels: 1e6 }
const COVER = { width: 64, height: 64 }

/** Coloured stripes on white. */
function drawing(width: number, height: number, alpha = 1) {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><rect width="100%" height="100%" fill="#fff" fill-opacity="${alpha}"/><path d="M2 2 L${width - 5} ${height - 9} L4 ${height - 3}" stroke="#a31" stroke-width="3" fill="none"/></svg>`
  return sharp(Buffer.from(svg)).png()
}

describe('a plain PNG', () => {
  it.each([
    ['RGBA', drawing(60, 41)],
    ['RGB', drawing(60, 41).removeAlpha()],
    ['RGBA that shows through', drawing(60, 41, 0.5)],
    ['RGBA with a side longer than needed', drawing(90, 30)],
    ['grey', drawing(60, 41).flatten().greyscale()],
    ['a palette', drawing(60, 41).png({ palette: true })],
    ['RGB of 16 bits', drawing(60, 41).toColourspace('rgb16')],
    ['RGB that lies on its side', drawing(60, 41).removeAlpha().withMetadata({ orientation: 6 })],
    ['RGB with a colour profile', drawing(60, 41).removeAlpha().withIccProfile('p3')],
  ])('of %s has the pixels that any image has', async (_, png) => {
    const bytes = await png.toBuffer()
    const expected = await decodeImage(bytes, COVER, LIMITS)
    const decoded = await decodeLight(bytes, COVER, LIMITS)
    expect({ ...decoded, image: undefined }).toEqual({ ...expected, image: undefined })
    expect(decoded?.image.width).toBe(expected.image.width)
    expect(Buffer.compare(decoded!.image.data, expected.image.data)).toBe(0)
  })

  it('is recognised by its header', async () => {
    const bytes = await drawing(60, 41).toBuffer()
    expect(readPlainPng(bytes)).toEqual({ width: 60, height: 41, hasAlpha: true })
    expect(readPlainPng(bytes.subarray(0, 30))).toBeUndefined()
    expect(readPlainPng(bytes.subarray(0, 8))).toBeUndefined()
    expect(readPlainPng(await drawing(60, 41).png({ palette: true }).toBuffer())).toBeUndefined()
  })

  it('that is damaged is left to the general way', async () => {
    const bytes = await drawing(60, 41).toBuffer()
    expect(await decodeLight(bytes.subarray(0, 200), COVER, LIMITS)).toBeUndefined()
  })
})
