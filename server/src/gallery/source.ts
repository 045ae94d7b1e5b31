import sharp, { type Metadata, type Sharp } from 'sharp'
import { DomainError } from '../errors.ts'
import type { RunExclusive } from './decode-lock.ts'
import { decodeBmp, readBmpHeader, withFileHeader } from './formats/bmp.ts'
import { decodeGif, readGifSize } from './formats/gif.ts'
import { openHeic, sizeOfHeic } from './formats/heic.ts'
import type { ImageFormat } from './formats/index.ts'
import type { Pixels } from './formats/pixels.ts'
import { openRawPhoto } from './formats/raw.ts'
import { firstFrameOf } from './formats/sequence.ts'
import { openTiff, type TiffPage } from './formats/tiff/tiff.ts'
import { asUnreadable, ENDS_EARLY, noteOnDamage, unreadable } from './reasons.ts'
import { salvage } from './salvage.ts'

export interface DecodeLimits {
  /** Lets one image that takes much memory be decoded at a time. Without it, several may be. */
  decodeLock?: RunExclusive | undefined
  /** Maximum of width × height. */
  maxPixels: number
}

/** An image that can be decoded. */
export interface Source {
  /** Upright size of the original in pixels; the size of the opened image may be smaller. */
  width: number
  height: number
  /** Begins another decoding. `autoOrient` turns it upright. */
  open: () => Sharp
  /** Describes damage, for people. */
  note?: string | undefined
  /** Whether only a repaired copy of the file can be opened, also if nothing of the picture is missing. */
  isRepaired?: boolean
}

/** Maximum of width × height of an image that is decoded into memory as a whole. */
const MAX_WHOLE_PIXELS = 64_000_000
/** From this size on, one image at a time is held in memory as a whole, with 5 to 20 bytes a pixel. */
export const HEAVY_PIXELS = 24_000_000

/** Reads the size of an image from its header; `decode` is called once the size is accepted. */
type WholeDecoder = (bytes: Uint8Array) => Promise<{ size: Size; decode: () => Promise<Source> }>

/** Formats that are always decoded into memory as a whole, in full size, before they are reduced. */
const WHOLE_DECODERS: Partial<Record<ImageFormat, WholeDecoder>> = {
  async bmp(bytes) {
    const bmp = withFileHeader(bytes)
    return { size: readBmpHeader(bmp), decode: async () => fromDecoded(await decodeBmp(bmp)) }
  },
  async gif(bytes) {
    return { size: readGifSize(bytes), decode: async () => fromDecoded(decodeGif(bytes)) }
  },
  async heic(bytes) {
    const still = firstFrameOf(bytes) ?? bytes
    const size = sizeOfHeic(still)
    return { size, decode: async () => ({ ...size, open: await openHeic(still) }) }
  },
  async avif(bytes) {
    const still = firstFrameOf(bytes) ?? bytes
    const open = () => openBySharp(still)
    const size = await open().metadata()
    const { width, height } = size.autoOrient
    return { size, decode: async () => ({ width, height, open }) }
  },
}
export const WHOLE_FORMATS = Object.keys(WHOLE_DECODERS) as ImageFormat[]

// Several images are decoded at once instead of one by several threads. The cache of libvips would only cost memory.
sharp.concurrency(1)
sharp.cache(false)

/**
 * Opens an image and calls `use`. If the image is damaged, `use` is called again with what can be saved of it.
 * @throws {DomainError} `image_unreadable` or `image_too_large`, with the reason
 */
export async function withSource<T>(
  bytes: Uint8Array,
  format: ImageFormat,
  limits: DecodeLimits,
  use: (source: Source) => Promise<T>,
): Promise<T> {
  try {
    return await openAndUse(bytes, format, limits, use)
  } catch (error) {
    if (error instanceof DomainError) throw error
    try {
      if (format === 'tiff') return await useWholeTiff(openTiff(bytes), limits, use)
      const saved = await openDamaged(bytes, format, limits)
      if (saved !== undefined) return await lockIfHeavy(saved, format, limits, () => use(saved))
    } catch (failure) {
      // The first message describes the file better than that of a further attempt.
      throw failure instanceof DomainError ? failure : asUnreadable(error)
    }
    throw asUnreadable(error)
  }
}

/** @returns undefined if nothing can be done for the format */
async function openDamaged(
  bytes: Uint8Array,
  format: ImageFormat,
  limits: DecodeLimits,
): Promise<Source | undefined> {
  const saved = await salvage(bytes, format)
  if (saved === undefined) return undefined
  const open = () => sharp(saved.bytes, { failOn: 'none', limitInputPixels: false, pages: 1 })
  const { autoOrient } = await open().metadata()
  checkSize(autoOrient, format, limits)
  return { width: autoOrient.width, height: autoOrient.height, open, note: saved.note, isRepaired: true }
}

async function openAndUse<T>(
  bytes: Uint8Array,
  format: ImageFormat,
  limits: DecodeLimits,
  use: (source: Source) => Promise<T>,
): Promise<T> {
  if (format === 'raw') return use(await openRaw(bytes, limits))
  if (format === 'tiff') {
    const tiff = openTiff(bytes)
    if (!tiff.isReadByLibvips) return useWholeTiff(tiff, limits, use)
    return useSharp(() => openBySharp(bytes, tiff.page), format, limits, use)
  }
  const decoder = WHOLE_DECODERS[format]
  if (decoder === undefined) return useSharp(() => openBySharp(bytes), format, limits, use)
  const { size, decode } = await decoder(bytes)
  checkSize(size, format, limits)
  return lockIfHeavy(size, format, limits, async () => use(await decode()))
}

async function useSharp<T>(
  open: () => Sharp,
  format: ImageFormat,
  limits: DecodeLimits,
  use: (source: Source) => Promise<T>,
): Promise<T> {
  const metadata = await open().metadata()
  checkSize(metadata, format, limits)
  const { width, height } = metadata.autoOrient
  return lockIfHeavy(metadata, format, limits, () => use({ width, height, open }))
}

function useWholeTiff<T>(
  tiff: TiffPage,
  limits: DecodeLimits,
  use: (source: Source) => Promise<T>,
): Promise<T> {
  return lockIfHeavy({ ...tiff, isWhole: true }, 'tiff', limits, async () =>
    use(await openTiffAsAWhole(tiff, limits)),
  )
}

async function openTiffAsAWhole(tiff: TiffPage, limits: DecodeLimits): Promise<Source> {
  checkSize({ ...tiff, isWhole: true }, 'tiff', limits)
  const { data, width, height, channels, share } = await tiff.decode()
  const note = noteOnDamage(share, ENDS_EARLY)
  const raw = { width, height, channels }
  if (tiff.orientation <= 1) return { width, height, note, open: () => sharp(data, { raw }) }
  const turned = await sharp(data, { raw })
    .withMetadata({ orientation: tiff.orientation })
    .png({ compressionLevel: 0 })
    .toBuffer()
  const { autoOrient } = await sharp(turned).metadata()
  return { ...autoOrient, note, open: () => sharp(turned, { limitInputPixels: false }) }
}

/** Opens what sharp reads. The number of pixels is checked here, from the header. */
export function openBySharp(bytes: Uint8Array, page = 0): Sharp {
  return sharp(bytes, { failOn: 'error', limitInputPixels: false, pages: 1, page })
}

function fromDecoded({ data, width, height, channels, share }: Pixels): Source {
  const note = noteOnDamage(share, ENDS_EARLY)
  return { width, height, note, open: () => sharp(data, { raw: { width, height, channels } }) }
}

function openRaw(bytes: Uint8Array, limits: DecodeLimits): Promise<Source> {
  return openRawPhoto(bytes, {
    checkSize: (width, height) => checkPixels(width, height, limits.maxPixels),
    checkDeveloped: (width, height) => checkPixels(width, height, limits.maxPixels, true),
    decodeLock: limits.decodeLock,
  })
}

interface Size {
  width: number
  height: number
  isProgressive?: boolean | undefined
  /** Whether a TIFF is decoded by the decoder of this project. */
  isWhole?: boolean
}

function isInMemoryAsAWhole({ isWhole = false }: Size, format: ImageFormat): boolean {
  return isWhole || format in WHOLE_DECODERS
}

function checkSize(size: Size, format: ImageFormat, { maxPixels }: DecodeLimits): void {
  checkPixels(size.width, size.height, maxPixels, isInMemoryAsAWhole(size, format))
}

function lockIfHeavy<T>(
  size: Size | Metadata,
  format: ImageFormat,
  { decodeLock }: DecodeLimits,
  run: () => Promise<T>,
): Promise<T> {
  const isWhole = size.isProgressive || format === 'webp' || isInMemoryAsAWhole(size as Size, format)
  const isHeavy = isWhole && size.width * size.height >= HEAVY_PIXELS
  return isHeavy && decodeLock !== undefined ? decodeLock(run) : run()
}

function checkPixels(width: number, height: number, maxPixels: number, isWhole = false): void {
  if (!(width >= 1 && height >= 1)) throw unreadable('it has no pixels')
  const max = isWhole ? Math.min(maxPixels, MAX_WHOLE_PIXELS) : maxPixels
  if (width * height <= max) return
  const mega = (tenths: number) => `${(tenths / 10).toLocaleString('en')} megapixels`
  const [size, most] = [mega(Math.ceil((width * height) / 1e5)), mega(Math.floor(max / 1e5))]
  const limit = max < maxPixels ? 'in this format' : '(limits.max_pixels)'
  throw new DomainError(
    'image_too_large',
    `The image is too large: ${width} × ${height} is ${size}, at most ${most} are decoded ${limit}.`,
  )
}
