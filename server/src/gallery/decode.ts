import sharp, { type Metadata, type Sharp } from 'sharp'
import { contentTypeOf, type ImageFormat, sniff } from './formats/index.ts'
import { readPlainPng } from './formats/plain-png.ts'
import { unreadable } from './reasons.ts'
import type { RgbImage } from './resample.ts'
import { type DecodeLimits, HEAVY_PIXELS, openBySharp, type Source, withSource } from './source.ts'

export type { DecodeLimits } from './source.ts'

export interface DecodedImage {
  /** Size of the upright original in pixels. */
  width: number
  height: number
  contentType: string
  /** The image, upright, sRGB, on white, reduced so that it still covers what was requested. */
  image: RgbImage
  /** Whether `bytes` can be shown as they are: upright, plain sRGB, a single frame, undamaged. */
  isPlain: boolean
  /** Describes damage, for people. */
  note?: string | undefined
}

/** An image whose sides differ more than this is reduced by its longer side. */
export const MAX_ASPECT = 8
/** Larger pictures gain little from being opened once. */
const MAX_SHEET_SIDE = 1024
const DECODE_TIMEOUT_S = 30
/** Limit for images that are decoded in the server's own process. */
const LIGHT_TIMEOUT_S = 10
export const WHITE = '#ffffff'

/**
 * Decodes the bytes of an image file.
 * @param minSize width and height that the result covers, unless the original is smaller
 * @throws {DomainError} `image_unreadable` or `image_too_large`, with the reason
 */
export async function decodeImage(
  bytes: Uint8Array,
  minSize: { width: number; height: number },
  limits: DecodeLimits,
): Promise<DecodedImage> {
  const format = formatOf(bytes)
  return withSource(bytes, format, limits, (source) => decodeSource(source, format, minSize))
}

/**
 * Decodes an image in this process if that is safe: libvips decodes JPEG and PNG row by row and checks its time limit
 * between rows, and WebP below `HEAVY_PIXELS` takes at most a second or two.
 * @returns undefined if the image is of another format, large, or damaged: its decoding belongs into a process of its own
 */
export async function decodeLight(
  bytes: Uint8Array,
  minSize: { width: number; height: number },
  limits: DecodeLimits,
): Promise<DecodedImage | undefined> {
  return (
    (await decodeSheet(bytes, minSize)) ??
    withLightSource(bytes, limits, (source, format, metadata) =>
      decodeSource(source, format, minSize, metadata),
    )
  )
}

/** Decodes a sheet of the page: a small, plain PNG that is not reduced. It takes half the time of the general way. */
async function decodeSheet(
  bytes: Uint8Array,
  minSize: { width: number; height: number },
): Promise<DecodedImage | undefined> {
  const sheet = sniff(bytes) === 'png' ? readPlainPng(bytes) : undefined
  const most = Math.min(MAX_SHEET_SIDE, minSize.width, minSize.height)
  if (sheet === undefined || Math.max(sheet.width, sheet.height) > most) return undefined
  const { width, height, hasAlpha } = sheet
  try {
    const decoding = openBySharp(bytes).timeout({ seconds: LIGHT_TIMEOUT_S })
    const pixels = await decoding.raw({ depth: 'uchar' }).toBuffer()
    const data = hasAlpha ? withoutAlpha(pixels) : pixels
    if (data?.length !== 3 * width * height) return undefined
    return { width, height, contentType: contentTypeOf('png'), image: { data, width, height }, isPlain: true }
  } catch {
    // The general way finds out how much of a damaged file can be saved.
    return undefined
  }
}

const OPAQUE_WHITE = 0xffffffff
const OPAQUE = 0xff

/** @returns the colours of opaque RGBA pixels; undefined if one is transparent */
function withoutAlpha(pixels: Buffer): Uint8Array | undefined {
  const words = new DataView(pixels.buffer, pixels.byteOffset, pixels.length)
  const rgb = new Uint8Array((pixels.length / 4) * 3).fill(255)
  for (let from = 0, to = 0; from < pixels.length; from += 4, to += 3) {
    // Nearly all pixels of a drawing are paper.
    const word = words.getUint32(from)
    if (word === OPAQUE_WHITE) continue
    if ((word & 0xff) !== OPAQUE) return undefined
    rgb[to] = word >>> 24
    rgb[to + 1] = word >>> 16
    rgb[to + 2] = word >>> 8
  }
  return rgb
}

/** A version of any image file that every browser shows: upright, sRGB, WebP, at most `side` pixels a side. */
export async function renderForBrowser(
  bytes: Uint8Array,
  side: number,
  limits: DecodeLimits,
): Promise<Buffer> {
  return withSource(bytes, formatOf(bytes), limits, (source) => renderSource(source, side))
}

/** As `renderForBrowser`, under the conditions of `decodeLight`. */
export async function renderLight(
  bytes: Uint8Array,
  side: number,
  limits: DecodeLimits,
): Promise<Buffer | undefined> {
  return withLightSource(bytes, limits, (source) => renderSource(source, side, LIGHT_TIMEOUT_S))
}

/** Opens raw pixels for encoding or further changes. */
export function fromPixels({ data, width, height }: RgbImage): Sharp {
  return sharp(data, { raw: { width, height, channels: 3 } })
}

async function withLightSource<T>(
  bytes: Uint8Array,
  limits: DecodeLimits,
  use: (source: Source, format: ImageFormat, metadata: Metadata) => Promise<T>,
): Promise<T | undefined> {
  const format = sniff(bytes)
  if (format !== 'jpeg' && format !== 'png' && format !== 'webp') return undefined
  try {
    const open = () => openBySharp(bytes)
    const metadata = await open().metadata()
    const { width, height } = metadata.autoOrient
    if (width * height > Math.min(HEAVY_PIXELS, limits.maxPixels)) return undefined
    return await use({ width, height, open }, format, metadata)
  } catch {
    // libvips collects the messages of all its threads in one buffer, so this one may belong to another file. The file
    // is decoded again in a process of its own, which also finds out how much of it can be saved.
    return undefined
  }
}

async function decodeSource(
  { open, width, height, note, isRepaired = false }: Source,
  format: ImageFormat,
  minSize: { width: number; height: number },
  knownMetadata?: Metadata,
): Promise<DecodedImage> {
  const metadata = knownMetadata ?? (await open().metadata())
  const { data, info } = await open()
    .autoOrient()
    .resize({ ...reducedSize(metadata.autoOrient, minSize), fit: 'fill' })
    .flatten({ background: WHITE })
    .toColourspace('srgb')
    .timeout({ seconds: knownMetadata === undefined ? DECODE_TIMEOUT_S : LIGHT_TIMEOUT_S })
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true })
  const image = { data: toRgb(data, info.channels), width: info.width, height: info.height }
  const contentType = contentTypeOf(format)
  const isUndamaged = note === undefined && !isRepaired
  return { width, height, contentType, image, isPlain: isUndamaged && isPlain(metadata, format), note }
}

function renderSource({ open }: Source, side: number, seconds = DECODE_TIMEOUT_S): Promise<Buffer> {
  return open()
    .autoOrient()
    .resize({ width: side, height: side, fit: 'inside', withoutEnlargement: true })
    .toColourspace('srgb')
    .timeout({ seconds })
    .webp({ quality: 85, effort: 2 })
    .toBuffer()
}

function formatOf(bytes: Uint8Array): ImageFormat {
  const format = sniff(bytes)
  if (format !== undefined) return format
  throw unreadable(bytes.length === 0 ? 'the file is empty' : 'it is not an image that is supported')
}

function reducedSize(
  { width, height }: { width: number; height: number },
  minSize: { width: number; height: number },
) {
  const covering = Math.max(minSize.width / width, minSize.height / height)
  const bounded = (MAX_ASPECT * Math.max(minSize.width, minSize.height)) / Math.max(width, height)
  const scale = Math.min(1, covering, bounded)
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) }
}

const PLAIN_FORMATS: readonly ImageFormat[] = ['jpeg', 'png', 'webp', 'gif', 'avif', 'tiff']

function isPlain(metadata: Metadata, format: ImageFormat): boolean {
  const isUpright = metadata.orientation === undefined || metadata.orientation === 1
  const hasOneFrame = (metadata.pages ?? 1) === 1
  const isSrgb = !metadata.hasProfile && metadata.space === 'srgb'
  return PLAIN_FORMATS.includes(format) && isUpright && hasOneFrame && isSrgb
}

function toRgb(data: Buffer, channels: number): Uint8Array {
  if (channels === 3) return data
  const pixels = data.length / channels
  const rgb = new Uint8Array(pixels * 3)
  for (let i = 0; i < pixels; i++) rgb.fill(data[i * channels]!, i * 3, i * 3 + 3)
  return rgb
}
