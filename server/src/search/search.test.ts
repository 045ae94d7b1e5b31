import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { cropImage } from '../gallery/crop.ts'
import { type RgbImage, resample } from '../gallery/resample.ts'
import { limitSize } from './prepare-query.ts'
import { parseCrop } from './region.ts'
import { detectKind } from './sketch/detect-kind.ts'
import { prepareSketch } from './sketch/prepare-sketch.ts'

async function render(body: string, width = 200, height = 200): Promise<RgbImage> {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${body}</svg>`
  const { data } = await sharp(Buffer.from(svg))
    .flatten({ background: '#fff' })
    .raw()
    .toBuffer({ resolveWithObject: true })
  return { data, width, height }
}

const sheet = (colour: string) => `<rect width="100%" height="100%" fill="${colour}"/>`
const ring = (colour: string, x = 60, y = 70, radius = 30) =>
  `<circle cx="${x}" cy="${y}" r="${radius}" fill="none" stroke="${colour}" stroke-width="4"/>`

/** The smallest box around everything that is darker than paper. */
function inkBounds({ data, width, height }: RgbImage) {
  const xs: number[] = []
  const ys: number[] = []
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (data[(y * width + x) * 3]! > 128) continue
      xs.push(x)
      ys.push(y)
    }
  }
  return { left: Math.min(...xs), right: Math.max(...xs), top: Math.min(...ys), bottom: Math.max(...ys) }
}

describe('prepareSketch', () => {
  it('crops to the ink and centres it in a white square with a margin', async () => {
    const prepared = prepareSketch(await render(sheet('#fff') + ring('#000')), 0.1)
    expect(prepared.width).toBe(prepared.height)
    const { left, right, top, bottom } = inkBounds(prepared)
    const margin = prepared.width * 0.1
    for (const border of [left, top, prepared.width - 1 - right, prepared.height - 1 - bottom]) {
      expect(Math.abs(border - margin)).toBeLessThan(2)
    }
    expect([...prepared.data.subarray(0, 3)]).toEqual([255, 255, 255])
  })

  it.each([
    ['white on black', '#000', '#fff'],
    ['red on yellow', '#ffec40', '#d02020'],
    ['faint pencil', '#fff', '#bbb'],
  ])('normalises %s to the same picture', async (_, paper, pen) => {
    const expected = prepareSketch(await render(sheet('#fff') + ring('#000')), 0.1)
    const prepared = prepareSketch(await render(sheet(paper) + ring(pen)), 0.1)
    expect(Math.abs(prepared.width - expected.width)).toBeLessThan(4)
    expect(inkBounds(prepared).right - inkBounds(expected).right).toBeLessThan(4)
    expect(Math.min(...prepared.data)).toBeLessThan(30)
  })

  it('is independent of position and width of the sheet', async () => {
    const here = prepareSketch(await render(sheet('#fff') + ring('#000', 40, 40)), 0.1)
    const there = prepareSketch(await render(sheet('#fff') + ring('#000', 340, 140), 400, 200), 0.1)
    expect(there).toEqual(here)
  })

  it.each([
    ['#333', 32],
    ['#333', 90],
    ['#d02020', 224],
    ['#aac', 400],
  ])('resizes a drawing in %s to %i pixels a side as it resizes pictures', async (pen, side) => {
    const image = await render(sheet('#fff') + ring(pen))
    const expected = resample(prepareSketch(image, 0.1), side, side)
    const prepared = prepareSketch(image, 0.1, { width: side, height: side })
    expect(prepared).toMatchObject({ width: side, height: side })
    // Sums in another order round differently.
    const differences = prepared.data.map((value, i) => Math.abs(value - expected.data[i]!))
    expect(differences.filter((difference) => difference > 1)).toHaveLength(0)
    expect(differences.filter((difference) => difference > 0).length).toBeLessThan(differences.length / 100)
  })

  it('refuses a blank sheet and a single dot', async () => {
    const blank = expect.objectContaining({ code: 'blank_sketch' })
    expect(() =>
      prepareSketch({ data: new Uint8Array(300).fill(255), width: 10, height: 10 }, 0.1),
    ).toThrowError(blank)
    const dot = await render(`${sheet('#fff')}<rect x="50" y="50" width="1" height="1"/>`)
    expect(() => prepareSketch(dot, 0.1)).toThrowError(blank)
  })
})

describe('detectKind', () => {
  it('classifies line drawings of any colour as sketches', async () => {
    expect(detectKind(await render(sheet('#fff') + ring('#000')))).toBe('sketch')
    expect(detectKind(await render(sheet('#222') + ring('#fff') + ring('#9f9', 120, 120, 50)))).toBe('sketch')
  })

  it('classifies filled and detailed pictures as photos', async () => {
    expect(detectKind(await render(`${sheet('#fff')}<circle cx="100" cy="100" r="70" fill="#a33"/>`))).toBe(
      'photo',
    )
    const noise = Uint8Array.from({ length: 200 * 200 * 3 }, (_, i) => (i * 7919) % 256)
    expect(detectKind({ data: noise, width: 200, height: 200 })).toBe('photo')
  })
})

describe('crop', () => {
  it('is read from x,y,w,h', () => {
    expect(parseCrop('0.1,0.2,0.5,0.8')).toEqual({ x: 0.1, y: 0.2, width: 0.5, height: 0.8 })
    for (const text of ['', '1,2', '0,0,0,1', '0.6,0,0.5,1', '-0.1,0,1,1', 'a,b,c,d', '0,0,1,1,1']) {
      expect(() => parseCrop(text)).toThrowError(expect.objectContaining({ code: 'invalid_request' }))
    }
  })

  it('cuts the part out', () => {
    const image = {
      data: Uint8Array.from({ length: 4 * 2 * 3 }, (_, i) => Math.floor(i / 3)),
      width: 4,
      height: 2,
    }
    const part = cropImage(image, { x: 0.5, y: 0.5, width: 0.5, height: 0.5 })
    expect(part).toMatchObject({ width: 2, height: 1 })
    expect([...part.data]).toEqual([6, 6, 6, 7, 7, 7])
    expect(cropImage(image, { x: 0.99, y: 0.99, width: 0.01, height: 0.01 })).toMatchObject({
      width: 1,
      height: 1,
    })
  })
})

describe('limitSize', () => {
  it('limits a part of a strip to the size of a whole picture', () => {
    const size = { width: 64, height: 64 }
    const strip = { data: new Uint8Array(20_480 * 256 * 3), width: 20_480, height: 256 }
    expect(limitSize(size, strip)).toMatchObject({ width: 2048, height: 26 })
    const part = { data: new Uint8Array(500 * 200 * 3), width: 500, height: 200 }
    expect(limitSize(size, part)).toBe(part)
  })
})
