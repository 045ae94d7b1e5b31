import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { makeDng } from '../../testing/dng.ts'
import { decodeImage, renderForBrowser } from '../decode.ts'
import { hasImageExtension, sniff } from './index.ts'

const LIMITS = { maxPixels: 1_000_000 }
const decode = (bytes: Uint8Array, limits = LIMITS) => decodeImage(bytes, { width: 64, height: 64 }, limits)

/** A picture whose left and right half have a colour each. */
function halves(left: string, right: string, width = 240, height = 120) {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><rect width="${width}" height="${height}" fill="${left}"/><rect x="${width / 2}" width="${width / 2}" height="${height}" fill="${right}"/></svg>`
  return sharp(Buffer.from(svg))
}

/** The strongest of red, green and blue at a place, which is given as shares of the sides. */
function hueAt({ image }: Awaited<ReturnType<typeof decode>>, x: number, y: number): string {
  const at = (Math.floor(y * image.height) * image.width + Math.floor(x * image.width)) * 3
  const colour = [...image.data.subarray(at, at + 3)]
  return ['red', 'green', 'blue'][colour.indexOf(Math.max(...colour))]!
}

const sensor = await halves('#c01010', '#1010c0').png().toBuffer()
const preview = await halves('#10a010', '#1010c0').jpeg({ quality: 95 }).toBuffer()
const smallPreview = await halves('#10a010', '#1010c0', 60, 30).jpeg().toBuffer()

describe('a raw photo', () => {
  it('is shown by its embedded preview', async () => {
    const decoded = await decode(await makeDng({ sensor, preview }))
    expect(decoded).toMatchObject({ width: 240, height: 120, contentType: 'image/x-dcraw', isPlain: false })
    expect([hueAt(decoded, 0.25, 0.5), hueAt(decoded, 0.75, 0.5)]).toEqual(['green', 'blue'])
  })

  it.each([
    ['is missing', undefined],
    ['is small', smallPreview],
  ])('is developed where its preview %s', async (_, preview) => {
    const bytes = await makeDng({ sensor, ...(preview && { preview }) })
    const decoded = await decode(bytes)
    expect(decoded).toMatchObject({ width: 240, height: 120 })
    expect([hueAt(decoded, 0.25, 0.5), hueAt(decoded, 0.75, 0.5)]).toEqual(['red', 'blue'])
    expect(await sharp(await renderForBrowser(bytes, 100, LIMITS)).metadata()).toMatchObject({
      format: 'webp',
      width: 100,
      height: 50,
    })
  })

  it.each([
    [3, undefined, 'blue red'],
    [6, undefined, 'red blue'],
    [8, undefined, 'blue red'],
    [3, preview, 'blue green'],
    [6, preview, 'green blue'],
    [8, preview, 'blue green'],
  ])('is rotated by its orientation (%i)', async (orientation, preview, expected) => {
    const decoded = await decode(await makeDng({ sensor, orientation, ...(preview && { preview }) }))
    const isUpright = orientation === 3
    expect(decoded).toMatchObject(isUpright ? { width: 240, height: 120 } : { width: 120, height: 240 })
    const [first, last] = isUpright
      ? [hueAt(decoded, 0.25, 0.5), hueAt(decoded, 0.75, 0.5)]
      : [hueAt(decoded, 0.5, 0.25), hueAt(decoded, 0.5, 0.75)]
    expect(`${first} ${last}`).toBe(expected)
  })

  it('is not rotated twice if its preview is upright', async () => {
    const upright = await sharp(preview).rotate(90).jpeg().toBuffer()
    const decoded = await decode(await makeDng({ sensor, preview: upright, orientation: 6 }))
    expect(decoded).toMatchObject({ width: 120, height: 240 })
    expect([hueAt(decoded, 0.5, 0.25), hueAt(decoded, 0.5, 0.75)]).toEqual(['green', 'blue'])
  })

  it('is refused when it is damaged or too large, and the next one is read', async () => {
    const bytes = await makeDng({ sensor, preview })
    const cut = Buffer.concat([bytes.subarray(0, 8), Buffer.alloc(bytes.length - 8)])
    cut.write('CR\x02\0', 8, 'latin1')
    await expect(decode(cut)).rejects.toMatchObject({
      code: 'image_unreadable',
      message:
        "The image can't be read: it is damaged, or a raw photo of a camera that LibRaw does not support.",
    })
    await expect(decode(bytes, { maxPixels: 1000 })).rejects.toMatchObject({ code: 'image_too_large' })
    expect(await decode(bytes)).toMatchObject({ width: 240 })
  })

  it('is recognised by its first bytes and by its extensions', async () => {
    expect(sniff(await makeDng({ sensor }))).toBe('raw')
    expect(sniff(await sharp(sensor).tiff().toBuffer())).toBe('tiff')
    for (const beginning of [
      'FUJIFILMCCD-RAW 0201',
      'IIRO\x08\0\0\0',
      'IIU\0\x08\0\0\0',
      'II*\0\x10\0\0\0CR\x02\0',
    ])
      expect(sniff(Buffer.from(beginning, 'latin1'))).toBe('raw')
    expect(sniff(Buffer.from('\0\0\0\x18ftypcrx \0\0\0\x01crx isom', 'latin1'))).toBe('raw')
    for (const name of ['a.CR2', 'a.cr3', 'a.nef', 'a.ARW', 'a.dng', 'a.raf'])
      expect(hasImageExtension(name)).toBe(true)
    expect(hasImageExtension('disk.raw')).toBe(false)
  })

  it('with cyclic directories does not loop endlessly', () => {
    // A directory that is its own next one, and lists itself as one below.
    const circle = Buffer.alloc(64)
    circle.write('II*\0\x08\0\0\0', 0, 'latin1')
    circle.writeUInt16LE(1, 8)
    circle.writeUInt16LE(330, 10)
    circle.writeUInt16LE(4, 12)
    circle.writeUInt32LE(0xffff_ffff, 14)
    circle.writeUInt32LE(8, 18)
    circle.writeUInt32LE(8, 22)
    expect(sniff(circle)).toBe('tiff')
    expect(sniff(Buffer.from('II*\0', 'latin1'))).toBe('tiff')
  })
})
