import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp, { type Sharp } from 'sharp'
import { describe, expect, it } from 'vitest'
import { heic, withColourProfile } from '../testing/heif-samples.ts'
import { QUADRANTS } from '../testing/quadrants.ts'
import { decodeImage, renderForBrowser } from './decode.ts'
import { hasImageExtension, sniff } from './formats/index.ts'
import { isShownAsIs } from './shown-as-is.ts'
import { makeThumbnail } from './thumbnails.ts'

const LIMITS = { maxPixels: 1_000_000 }
const COVER = { width: 64, height: 64 }
const decode = (bytes: Uint8Array, limits = LIMITS) => decodeImage(bytes, COVER, limits)

/** Left half red, right half blue. */
function halves(width = 80, height = 40): Sharp {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><rect width="${width}" height="${height}" fill="#f00"/><rect x="${width / 2}" width="${width / 2}" height="${height}" fill="#00f"/></svg>`
  return sharp(Buffer.from(svg)).flatten({ background: '#fff' })
}

/** The colour in the middle of the left or the right half, as [red, green, blue]. */
function colourAt(
  decoded: Awaited<ReturnType<typeof decode>>,
  side: 'left' | 'right' | 'top' | 'bottom',
): number[] {
  const { data, width, height } = decoded.image
  const x = Math.floor(width * (side === 'left' ? 0.25 : side === 'right' ? 0.75 : 0.5))
  const y = Math.floor(height * (side === 'top' ? 0.25 : side === 'bottom' ? 0.75 : 0.5))
  return [...data.subarray((y * width + x) * 3, (y * width + x) * 3 + 3)]
}

/** An uncompressed BMP: rows from the bottom up, blue first, each row a multiple of four bytes; alpha left empty. */
function bmp(rgb: Uint8Array, width: number, height: number, bits: 24 | 32): Buffer {
  const pixelBytes = bits / 8
  const stride = Math.ceil((width * pixelBytes) / 4) * 4
  const file = Buffer.alloc(54 + stride * height)
  file.write('BM')
  file.writeUInt32LE(file.length, 2)
  file.writeUInt32LE(54, 10)
  file.writeUInt32LE(40, 14)
  file.writeInt32LE(width, 18)
  file.writeInt32LE(height, 22)
  file.writeUInt16LE(1, 26)
  file.writeUInt16LE(bits, 28)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = (y * width + x) * 3
      const to = 54 + (height - 1 - y) * stride + x * pixelBytes
      file.set([rgb[from + 2]!, rgb[from + 1]!, rgb[from]!], to)
    }
  }
  return file
}

/** A BMP with a palette. @param packing 1 and 2 are runs of 8 and 4 bits */
function indexed(
  width: number,
  height: number,
  bits: number,
  packing: number,
  palette: number[],
  pixels: number[],
): Buffer {
  const header = bmp(new Uint8Array(3), 1, 1, 24).subarray(0, 54)
  header.writeUInt32LE(54 + palette.length, 10)
  header.writeInt32LE(width, 18)
  header.writeInt32LE(height, 22)
  header.writeUInt16LE(bits, 28)
  header.writeUInt32LE(packing, 30)
  header.writeUInt32LE(palette.length / 4, 46)
  return Buffer.concat([header, Buffer.from(palette), Buffer.from(pixels)])
}

const near = (colour: number[], expected: number[], tolerance = 40) =>
  expect(Math.max(...colour.map((value, i) => Math.abs(value - expected[i]!)))).toBeLessThan(tolerance)

/** By the matrix between their primaries (CSS Color 4, section 18); both have the same transfer function. */
function p3ToSrgb(colour: readonly number[]): number[] {
  const linear = colour.map((value) => ((value / 255 + 0.055) / 1.055) ** 2.4) as [number, number, number]
  const [r, g, b] = linear
  return [1.2249 * r - 0.2249 * g, -0.042 * r + 1.042 * g, -0.0196 * r - 0.0786 * g + 1.0983 * b].map(
    (value) => 255 * (1.055 * Math.min(1, Math.max(0.0031, value)) ** (1 / 2.4) - 0.055),
  )
}

describe('a file that is damaged beside its picture', () => {
  const picture = () => halves(200, 100)

  it('is decoded as a whole, and is not its own thumbnail', async () => {
    const turned = await picture().webp().withMetadata({ orientation: 6 }).toBuffer()
    const exif = turned.indexOf('EXIF')
    const damaged = turned.subarray(0, exif + 20)
    const decoded = await decode(damaged)
    expect(decoded).toMatchObject({ contentType: 'image/webp', isPlain: false, note: undefined })
    expect((await sharp(await makeThumbnail(damaged, decoded, COVER)).stats()).channels).toHaveLength(3)
    expect(await isShownAsIs(damaged)).toBe(false)
  })

  it('is rendered for browsers if it is a PNG with a wrong checksum', async () => {
    const whole = await picture().png().toBuffer()
    expect(await isShownAsIs(whole)).toBe(true)
    const damaged = Buffer.from(whole)
    damaged[whole.indexOf('IEND') - 5]! ^= 1
    expect(await decode(damaged)).toMatchObject({ width: 200, note: undefined })
    expect(await isShownAsIs(damaged)).toBe(false)
  })
})

describe('HEIC from phones', () => {
  const file = join(import.meta.dirname, 'fixtures/halves.heic')

  it('is decoded', async () => {
    const bytes = await readFile(file)
    expect(sniff(bytes)).toBe('heic')
    expect(hasImageExtension('IMG_0001.HEIC')).toBe(true)
    const decoded = await decode(bytes)
    expect(decoded).toMatchObject({ width: 80, height: 40, contentType: 'image/heic', isPlain: false })
    near(colourAt(decoded, 'left'), [255, 0, 0])
    near(colourAt(decoded, 'right'), [0, 0, 255])
  })

  it('is converted from its ICC profile', async () => {
    const { icc } = await sharp(await halves(8, 8).png().withIccProfile('p3').toBuffer()).metadata()
    const plain = await decode(await heic('plain'))
    const inP3 = await decode(withColourProfile(await heic('plain'), icc!))
    for (const [n, { data }] of [plain.image, inP3.image].entries()) {
      const [red, green, blue] = QUADRANTS[0]!
      near([...data.subarray(0, 3)], n === 0 ? [red, green, blue] : p3ToSrgb([red, green, blue]), 12)
    }
    expect(p3ToSrgb(QUADRANTS[0]!)[0]! - QUADRANTS[0]![0]).toBeGreaterThan(15)
  })

  it('is shown as WebP', async () => {
    const shown = await sharp(await renderForBrowser(await readFile(file), 40, LIMITS)).metadata()
    expect(shown).toMatchObject({ format: 'webp', width: 40, height: 20 })
  })

  it.each([20, 100, 400, 600])(
    'is refused when it is cut off after %i bytes, and the next one is read',
    async (length) => {
      const bytes = await readFile(file)
      await expect(decode(bytes.subarray(0, length))).rejects.toMatchObject({ code: 'image_unreadable' })
      expect(await decode(bytes)).toMatchObject({ width: 80 })
    },
  )

  it('with too many pixels is refused before they are decoded', async () => {
    const refused = decode(await readFile(file), { maxPixels: 100 })
    await expect(refused).rejects.toMatchObject({ code: 'image_too_large' })
  })
})

describe('a BMP', () => {
  // Made by ImageMagick and netpbm, 79 pixels wide, so that no row ends with a byte.
  it.each(['1', '4', '8-os2', '8-runs', '16'])('is read with its palette or masks (%s)', async (name) => {
    const decoded = await decode(await readFile(join(import.meta.dirname, `fixtures/halves-${name}.bmp`)))
    expect(decoded).toMatchObject({ width: 79, height: 40, contentType: 'image/bmp' })
    near(colourAt(decoded, 'left'), [255, 0, 0], 9)
    near(colourAt(decoded, 'right'), [0, 0, 255], 9)
  })

  it('of four bits per pixel is read in runs, single pixels and steps', async () => {
    // Eight pixels wide, from the bottom: a run of red and blue in turn; five single ones; a step to the last pixel of the top row.
    const packed = [8, 0x12, 0, 0, 0, 5, 0x21, 0x21, 0x20, 0, 0, 0, 0, 2, 7, 0, 1, 0x20, 0, 1]
    const colours = [0, 0, 0, 0, 0, 0, 255, 0, 255, 0, 0, 0]
    const { image } = await decode(indexed(8, 3, 4, 2, colours, packed))
    const row = (y: number) =>
      Array.from({ length: 8 }, (_, x) => {
        const [red, , blue] = image.data.subarray((y * 8 + x) * 3)
        return red! > 200 ? 'r' : blue! > 200 ? 'b' : '-'
      }).join('')
    expect([row(0), row(1), row(2)]).toEqual(['-------b', 'brbrb---', 'rbrbrbrb'])
  })

  it('is refused when it is cut off, or of an unsupported kind', async () => {
    const bytes = await readFile(join(import.meta.dirname, 'fixtures/halves-8-runs.bmp'))
    for (const length of [10, 60, bytes.length / 2])
      await expect(decode(bytes.subarray(0, length))).rejects.toMatchObject({ code: 'image_unreadable' })
    const unknown = Buffer.from(bytes)
    unknown.writeUInt32LE(9, 30)
    await expect(decode(unknown)).rejects.toMatchObject({
      code: 'image_unreadable',
      message: /compression 9/,
    })
  })

  it('with many pixels is decoded exclusively, however small its file, and a small one is not', async () => {
    let turns = 0
    const decodeLock = async <T>(run: () => Promise<T>) => {
      turns++
      return run()
    }
    const [width, height] = [8160, 4000]
    const row = [...Array.from({ length: 32 }, () => [255, 0]).flat(), 0, 0]
    const rows = Array.from({ length: height }, () => row).flat()
    const large = indexed(width, height, 8, 1, [0, 0, 255, 0], [...rows, 0, 1])
    const decoded = await decodeImage(large, COVER, { maxPixels: 100_000_000, decodeLock })
    expect(decoded).toMatchObject({ width, height })
    near(colourAt(decoded, 'left'), [255, 0, 0])
    expect(turns).toBe(1)
    await decodeImage(bmp(new Uint8Array(3), 1, 1, 24), COVER, { ...LIMITS, decodeLock })
    expect(turns).toBe(1)
  })
})

describe('decodeImage', () => {
  it.each(['jpeg', 'png', 'webp', 'gif', 'avif', 'tiff'] as const)('reads %s', async (format) => {
    const bytes = await halves().toFormat(format).toBuffer()
    expect(sniff(bytes)).toBe(format)
    const decoded = await decode(bytes)
    expect(decoded).toMatchObject({ width: 80, height: 40, contentType: `image/${format}` })
    near(colourAt(decoded, 'left'), [255, 0, 0])
    near(colourAt(decoded, 'right'), [0, 0, 255])
  })

  it.each([24, 32] as const)('reads a BMP of %i bits, which libvips does not', async (bits) => {
    const { data, info } = await halves().raw().toBuffer({ resolveWithObject: true })
    const decoded = await decode(bmp(data, info.width, info.height, bits))
    expect(decoded).toMatchObject({ width: 80, height: 40, contentType: 'image/bmp' })
    near(colourAt(decoded, 'left'), [255, 0, 0])
    near(colourAt(decoded, 'right'), [0, 0, 255])
  })

  it('rotates a picture upright', async () => {
    const bytes = await halves().withMetadata({ orientation: 6 }).jpeg().toBuffer()
    const decoded = await decode(bytes)
    expect(decoded).toMatchObject({ width: 40, height: 80, isPlain: false })
    near(colourAt(decoded, 'top'), [255, 0, 0])
    near(colourAt(decoded, 'bottom'), [0, 0, 255])
  })

  it('renders transparency on white', async () => {
    const clear = sharp({
      create: { width: 20, height: 20, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0 } },
    })
    near(colourAt(await decode(await clear.png().toBuffer()), 'left'), [255, 255, 255], 1)
  })

  it('reads 16-bit, grey and CMYK pictures', async () => {
    const sixteen = await halves().toColourspace('rgb16').png().toBuffer()
    expect((await sharp(sixteen).metadata()).depth).toBe('ushort')
    near(colourAt(await decode(sixteen), 'left'), [255, 0, 0], 3)

    const grey = await sharp(Buffer.alloc(100, 128), { raw: { width: 10, height: 10, channels: 1 } })
      .png()
      .toBuffer()
    near(colourAt(await decode(grey), 'left'), [128, 128, 128], 3)

    const cmyk = await halves().toColourspace('cmyk').jpeg({ quality: 95 }).toBuffer()
    expect((await sharp(cmyk).metadata()).space).toBe('cmyk')
    near(colourAt(await decode(cmyk), 'left'), [255, 0, 0], 60)
  })

  it('converts a colour profile to sRGB', async () => {
    const bytes = await halves().withIccProfile('p3').png().toBuffer()
    const decoded = await decode(bytes)
    near(colourAt(decoded, 'left'), [255, 0, 0], 8)
    expect(decoded.isPlain).toBe(false)
  })

  it('takes the first frame of an animation', async () => {
    const frames = [await halves().png().toBuffer(), await halves().negate().png().toBuffer()]
    const bytes = await sharp(frames, { join: { animated: true } })
      .gif()
      .toBuffer()
    near(colourAt(await decode(bytes), 'left'), [255, 0, 0])
  })

  it('reduces a large picture to the requested size, and never enlarges', async () => {
    const large = await decode(await halves(1000, 500).jpeg().toBuffer())
    expect(large.image).toMatchObject({ width: 128, height: 64 })
    const small = await decode(await halves(20, 10).png().toBuffer())
    expect(small.image).toMatchObject({ width: 20, height: 10 })
    const strip = await decode(await halves(6000, 20).png().toBuffer())
    expect(strip.image.width * strip.image.height).toBeLessThan(64 * 64 * 8)
  })

  it('refuses files that are no images, damaged or too large, with the reason', async () => {
    const jpeg = await halves(400, 300).jpeg().toBuffer()
    await expect(decode(new Uint8Array())).rejects.toMatchObject({
      code: 'image_unreadable',
      message: /empty/,
    })
    await expect(decode(Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'))).rejects.toMatchObject({
      code: 'image_unreadable',
    })
    await expect(decode(jpeg.subarray(0, jpeg.length / 2))).rejects.toMatchObject({
      code: 'image_unreadable',
    })
    await expect(decode(jpeg, { maxPixels: 1000 })).rejects.toMatchObject({
      code: 'image_too_large',
      message: /400 × 300.*limits\.max_pixels/,
    })
  })

  it('refuses a BMP that claims to be huge before it allocates anything', async () => {
    const header = Buffer.alloc(64)
    header.write('BM')
    header.writeUInt32LE(40, 14)
    header.writeInt32LE(60_000, 18)
    header.writeInt32LE(60_000, 22)
    await expect(decode(header)).rejects.toMatchObject({ code: 'image_too_large' })
    header.writeInt32LE(8100, 18)
    header.writeInt32LE(7920, 22)
    await expect(decode(header, { maxPixels: 1e9 })).rejects.toMatchObject({
      message:
        'The image is too large: 8100 × 7920 is 64.2 megapixels, at most 64 megapixels are decoded in this format.',
    })
    header.writeInt32LE(900, 18)
    header.writeInt32LE(900, 22)
    header.writeUInt16LE(24, 28)
    await expect(decode(header)).rejects.toMatchObject({ code: 'image_unreadable', message: /ends before/ })
    header.writeUInt16LE(8, 28)
    header.writeUInt32LE(1, 30) // run-length encoded
    await expect(decode(header)).rejects.toMatchObject({ code: 'image_unreadable' })
    header.writeUInt16LE(7, 28)
    await expect(decode(header)).rejects.toMatchObject({ message: /7 bits/ })
  })
})

describe('renderForBrowser', () => {
  it('converts a TIFF for browsers', async () => {
    const webp = await renderForBrowser(await halves(3000, 100).tiff().toBuffer(), 2048, LIMITS)
    expect(await sharp(webp).metadata()).toMatchObject({ format: 'webp', width: 2048 })
  })
})

describe('hasImageExtension', () => {
  const names =
    'a.jpg A.JPEG x.y.PnG b.tiff c.bmp a.jfif A.JPE b.jif c.hif d.HEICS e.apng f.avifs g.dib h.heifs'.split(
      ' ',
    )
  it.each(names)('accepts %s', (name) => {
    expect(hasImageExtension(name)).toBe(true)
  })
  it.each(['jpg', 'a.txt', 'a.svg', 'a.jpg.part', '.jpg'])('rejects %s', (name) => {
    expect(hasImageExtension(name)).toBe(false)
  })
})

describe('sniff', () => {
  const ascii = (text: string) => Buffer.from(text, 'latin1')
  const heif = (brand: string) => ascii(`\0\0\0\x18ftyp${brand}\0\0\0\0mif1${brand}`)

  it.each([
    ['jpeg', ascii('\xff\xd8\xff\xe0')],
    ['png', ascii('\x89PNG\r\n\x1a\n')],
    ['webp', ascii('RIFF\0\0\0\0WEBP')],
    ['gif', ascii('GIF87a')],
    ['avif', heif('avif')],
    ['avif', heif('avis')],
    ['heic', heif('heic')],
    ['heic', heif('hevc')],
    ['heic', heif('msf1')],
    ['tiff', ascii('MM\0*\0\0\0\x08')],
    ['tiff', ascii('II+\0\x08\0\0\0')],
    ['bmp', ascii('BM\0\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0')],
  ])('recognises %s', (format, head) => {
    expect(sniff(head)).toBe(format)
  })

  it.each([
    '',
    'BM',
    'BMW drives and other cars',
    'GIF',
    '\0\0\0\x18ftyp',
    '\0\0\0\x18ftypisom\0\0\0\0mp41',
    '%PDF-1.7',
  ])('rejects %j', (text) => expect(sniff(ascii(text))).toBeUndefined())
})
