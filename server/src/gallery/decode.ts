import sharp, { type Metadata, type Sharp } from 'sharp'
import { DomainError, messageOf } from '../errors.ts'
import type { RunExclusive } from './decode-lock.ts'
import { decodeBmp, readBmpHeader } from './formats/bmp.ts'
import { openHeic, sizeOfHeic } from './formats/heic.ts'
import { contentTypeOf, type ImageFormat, sniff } from './formats/index.ts'
import { openRawPhoto } from './formats/raw.ts'
import type { RgbImage } from './resample.ts'

export interface DecodeLimits {
  /** Pictures that take much memory to decode wait for each other. Without it they do not. */
  decodeLock?: RunExclusive
  /** Most pixels (width × height) that are decoded. */
  maxPixels: number
}

export interface DecodedImage {
  /** Size of the upright original in pixels. */
  width: number
  height: number
  contentType: string
  /** The picture, upright, sRGB, on white, reduced so that it still covers what was asked for. */
  image: RgbImage
  /** Whether `bytes` could be shown as they are: upright, plain sRGB, a single frame. */
  isPlain: boolean
}

/** A picture whose sides differ more than this is reduced by its longer side. */
export const MAX_ASPECT = 8
const DECODE_TIMEOUT_S = 60
export const WHITE = '#ffffff'
/** AVIF, and what sharp does not read and JavaScript or WebAssembly decodes, is decoded in full size. */
const MAX_UNAIDED_PIXELS = 64_000_000
/** A run of 255 pixels takes two bytes. */
const MAX_RUN_LENGTH_RATIO = 127.5
/** From here on what has to be decoded as a whole is done one at a time: some 5 to 20 bytes a pixel. */
const HEAVY_PIXELS = 24_000_000
/** The same for what JavaScript or WebAssembly decodes, with four bytes a pixel: some cameras take 24 megapixels at every shot. */
const HEAVY_UNAIDED_PIXELS = 32_000_000

// Several pictures are decoded at once instead of one by several threads; libvips' cache only costs memory here.
sharp.concurrency(1)
sharp.cache(false)

/**
 * Decodes the bytes of an image file.
 * @param cover width and height that the result covers, unless the original is smaller
 * @throws {DomainError} `image_unreadable` or `image_too_large`, with the reason
 */
export async function decodeImage(
  bytes: Uint8Array,
  minSize: { width: number; height: number },
  limits: DecodeLimits,
): Promise<DecodedImage> {
  const format = sniff(bytes)
  if (format === undefined)
    throw unreadable(bytes.length === 0 ? 'the file is empty' : 'it is not an image that is supported')
  return exclusively(bytes, format, limits, async () => {
    const { open, ...original } = await openImage(bytes, format, limits)
    const metadata = await open().metadata()
    const upright = metadata.autoOrient
    checkPixels(upright.width, upright.height, format === 'avif' ? unaided(limits) : limits)
    const reduced = reducedSize(upright.width, upright.height, minSize)
    const { data, info } = await withDecodeLock(metadata, format, limits, () =>
      open()
        .autoOrient()
        .resize({ ...reduced, fit: 'fill' })
        .flatten({ background: WHITE })
        .toColourspace('srgb')
        .timeout({ seconds: DECODE_TIMEOUT_S })
        .raw({ depth: 'uchar' })
        .toBuffer({ resolveWithObject: true }),
    )
    const image = { data: toRgb(data, info.channels), width: info.width, height: info.height }
    const { width, height } = original.size ?? upright
    return { width, height, contentType: contentTypeOf(format), image, isPlain: isPlain(metadata, format) }
  })
}

/** Opens a raw picture for encoding or further changes. */
export function fromPixels({ data, width, height }: RgbImage): Sharp {
  return sharp(data, { raw: { width, height, channels: 3 } })
}

/** A version of any image file that every browser shows: upright, sRGB, WebP, at most `side` pixels a side. */
export async function renderForBrowser(
  bytes: Uint8Array,
  side: number,
  limits: DecodeLimits,
): Promise<Buffer> {
  const format = sniff(bytes)
  return exclusively(bytes, format, limits, async () => {
    const { open } = await openImage(bytes, format, limits)
    return withDecodeLock(await open().metadata(), format, limits, () =>
      open()
        .autoOrient()
        .resize({ width: side, height: side, fit: 'inside', withoutEnlargement: true })
        .toColourspace('srgb')
        .timeout({ seconds: DECODE_TIMEOUT_S })
        .webp({ quality: 85, effort: 2 })
        .toBuffer(),
    )
  })
}

/** Lets one large picture at a time be decoded in JavaScript or WebAssembly, and says why one can't be. */
function exclusively<T>(
  bytes: Uint8Array,
  format: ImageFormat | undefined,
  { decodeLock }: DecodeLimits,
  decode: () => Promise<T>,
): Promise<T> {
  return sayingWhy(() => {
    if (decodeLock === undefined) return decode()
    const size = format === 'bmp' ? readBmpHeader(bytes) : format === 'heic' ? sizeOfHeic(bytes) : undefined
    const isHeavy = size !== undefined && size.width * size.height >= HEAVY_UNAIDED_PIXELS
    return isHeavy ? decodeLock(decode) : decode()
  })
}

/** Most pictures are decoded row by row; those of several passes, and AVIF, have to be in memory as a whole. */
function withDecodeLock<T>(
  { width, height, isProgressive }: Metadata,
  format: ImageFormat | undefined,
  { decodeLock }: DecodeLimits,
  decode: () => Promise<T>,
): Promise<T> {
  const isHeavy = (isProgressive || format === 'avif') && width * height >= HEAVY_PIXELS
  return isHeavy && decodeLock !== undefined ? decodeLock(decode) : decode()
}

function unaided({ maxPixels }: DecodeLimits): DecodeLimits {
  return { maxPixels: Math.min(maxPixels, MAX_UNAIDED_PIXELS) }
}

interface OpenImage {
  /** Anew each time, for another way through the picture. */
  open: () => Sharp
  /** Of the original, where what is opened may be smaller. */
  size?: { width: number; height: number }
}

async function openImage(
  bytes: Uint8Array,
  format: ImageFormat | undefined,
  limits: DecodeLimits,
): Promise<OpenImage> {
  if (format === 'bmp') return { open: openBmp(bytes, limits) }
  if (format === 'heic')
    return { open: openHeic(bytes, (width, height) => checkPixels(width, height, unaided(limits))) }
  if (format !== 'raw') return { open: () => openBySharp(bytes) }
  const { open, ...size } = await openRawPhoto(bytes, {
    checkSize: (width, height) => checkPixels(width, height, limits),
    checkDeveloped: (width, height) => checkPixels(width, height, unaided(limits)),
    decodeLock: limits.decodeLock,
  })
  return { open, size }
}

/** Whether decoding takes the thread in which it is called; sharp has threads of its own. */
export function isDecodedInPlace(bytes: Uint8Array): boolean {
  return ['bmp', 'heic', 'raw'].includes(sniff(bytes) ?? '')
}

function openBySharp(bytes: Uint8Array): Sharp {
  // `limits` are checked by us, from the header, before any pixel is decoded.
  return sharp(bytes, { failOn: 'error', limitInputPixels: false, pages: 1 })
}

/** sharp's libvips reads no BMP. */
function openBmp(bytes: Uint8Array, limits: DecodeLimits): () => Sharp {
  const { width, height, bitsPerPixel, packing } = readBmpHeader(bytes)
  checkPixels(width, height, unaided(limits))
  // A run-length encoded picture may be much larger than its file; any other one can't be.
  const leastBytes = (width * height * bitsPerPixel) / (packing === 'runs' ? 8 * MAX_RUN_LENGTH_RATIO : 8)
  if (bytes.length < leastBytes) throw unreadable('the file ends before the picture does')
  const { data, ...raw } = decodeBmp(bytes)
  return () => sharp(data, { raw })
}

function checkPixels(width: number, height: number, { maxPixels }: DecodeLimits): void {
  if (width < 1 || height < 1) throw unreadable('it has no pixels')
  if (width * height <= maxPixels) return
  const mega = (pixels: number) => `${Math.round(pixels / 1e6).toLocaleString('en')} megapixels`
  throw new DomainError(
    'image_too_large',
    `The image is too large: ${width} × ${height} is ${mega(width * height)}, at most ${mega(maxPixels)} are decoded (limits.max_pixels).`,
  )
}

function reducedSize(width: number, height: number, minSize: { width: number; height: number }) {
  const covering = Math.max(minSize.width / width, minSize.height / height)
  const bounded = (MAX_ASPECT * Math.max(minSize.width, minSize.height)) / Math.max(width, height)
  const scale = Math.min(1, covering, bounded)
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) }
}

function isPlain(metadata: Metadata, format: ImageFormat): boolean {
  const upright = metadata.orientation === undefined || metadata.orientation === 1
  const frames = metadata.pages ?? 1
  return (
    upright &&
    format !== 'bmp' &&
    format !== 'heic' &&
    format !== 'raw' &&
    frames === 1 &&
    !metadata.hasProfile &&
    metadata.space === 'srgb'
  )
}

function toRgb(data: Buffer, channels: number): Uint8Array {
  if (channels === 3) return data
  const pixels = data.length / channels
  const rgb = new Uint8Array(pixels * 3)
  for (let i = 0; i < pixels; i++) rgb.fill(data[i * channels]!, i * 3, i * 3 + 3)
  return rgb
}

/** Errors of the libraries become failures of the file. */
async function sayingWhy<T>(decode: () => Promise<T>): Promise<T> {
  try {
    return await decode()
  } catch (error) {
    if (error instanceof DomainError) throw error
    throw unreadable(messageOf(error), error)
  }
}

export function unreadable(reason: string, cause?: unknown): DomainError {
  return new DomainError('image_unreadable', `The image can't be read: ${reason}.`, { cause })
}
