import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import sharp, { type Sharp } from 'sharp'
import type { RunExclusive } from '../decode-lock.ts'
import { unreadable } from '../reasons.ts'
import { decodeLosslessJpeg, isLosslessJpeg } from './lossless-jpeg.ts'

/** The JavaScript binding of LibRaw. Its exceptions carry no message. */
interface Library {
  LibRaw: new () => {
    /** @param settings of `dcraw_emu` */
    open(bytes: Uint8Array, settings: object): void
    /** Size of the upright photo. */
    metadata(full: boolean): { width: number; height: number }
    /** The largest preview in the file. */
    thumbnailData(): { data: Uint8Array; width: number; height: number; format: string } | undefined
    /** The photo, developed from the sensor data, upright. */
    imageData(): { data: Uint8Array; width: number; height: number; colors: number }
    delete(): void
  }
}

type StartLibrary = (options: { wasmBinary: Uint8Array; print(): void; printErr(): void }) => Promise<Library>

export interface RawPhotoLimits {
  /** Throws if the photo is too large to be shown. */
  checkSize(width: number, height: number): void
  /** Throws if the photo is too large to be developed, which takes about 15 bytes for each pixel of the sensor. */
  checkDeveloped(width: number, height: number): void
  /** Lets one photo at a time be developed. */
  decodeLock?: RunExclusive | undefined
}

export interface RawPhoto {
  /** Size of the upright picture in pixels, as the camera counts them. */
  width: number
  height: number
  /** The picture of it, which may be smaller. */
  open: () => Sharp
}

/** A preview with a longer side than this replaces the photo, and is many times as fast. */
const GOOD_PREVIEW_SIDE = 1000
/** Half the size: the four colours of the sensor make one pixel, and nothing has to be interpolated. */
const DEVELOPING = { halfSize: true, useCameraWb: true, outputBps: 8 }
/** WebAssembly never returns memory, so after a large file its instance is replaced. */
const MAX_KEPT_BYTES = 64 * 1024 * 1024

let kept: Promise<Library> | undefined

/**
 * Opens a raw photo. Its preview is used if it is large enough; otherwise the sensor data are developed at half the size, with
 * the white balance of the camera.
 * @throws {Error} the reason, if it can't be read
 */
export async function openRawPhoto(
  bytes: Uint8Array,
  { checkSize, checkDeveloped, decodeLock = (run) => run() }: RawPhotoLimits,
): Promise<RawPhoto> {
  const { width, height } = await withLibrary(bytes, {}, (photo) => photo.metadata(false))
  checkSize(width, height)
  const preview = await readPreview(bytes, width > height)
  const isGood = Math.max(preview?.width ?? 0, preview?.height ?? 0) >= goodSide(width, height)
  if (preview !== undefined && isGood) return { width, height, open: preview.open }
  try {
    checkDeveloped(width, height)
    return { width, height, open: await developed(bytes, decodeLock) }
  } catch (error) {
    // A small preview is better than none.
    if (preview === undefined) throw error
    return { width, height, open: preview.open }
  }
}

/** Longer side in pixels from which a preview is used. */
function goodSide(width: number, height: number): number {
  return Math.min(GOOD_PREVIEW_SIDE, Math.max(width, height) / 2)
}

interface Preview {
  width: number
  height: number
  open: () => Sharp
}

/** @returns undefined if the photo has no preview that can be decoded; the photo itself may be undamaged */
async function readPreview(bytes: Uint8Array, isWide: boolean): Promise<Preview | undefined> {
  try {
    const thumbnail = await withLibrary(bytes, {}, (photo) => photo.thumbnailData())
    if (thumbnail?.format !== 'jpeg') return undefined
    const jpeg = isLosslessJpeg(thumbnail.data) ? await fromLossless(thumbnail.data) : thumbnail.data
    const rotated = await upright(jpeg, isWide)
    const open = () => sharp(rotated, { failOn: 'error', limitInputPixels: false })
    const { autoOrient } = await open().metadata()
    // The header alone does not show damage.
    await open().resize(1, 1, { fit: 'fill', fastShrinkOnLoad: false }).raw().toBuffer()
    return { ...autoOrient, open }
  } catch {
    return undefined
  }
}

async function fromLossless(jpeg: Uint8Array): Promise<Buffer> {
  const { data, width, height, channels } = decodeLosslessJpeg(jpeg)
  return sharp(data, { raw: { width, height, channels } }).png({ compressionLevel: 1 }).toBuffer()
}

async function developed(bytes: Uint8Array, decodeLock: RunExclusive): Promise<() => Sharp> {
  const { data, colors, ...size } = await decodeLock(() =>
    withLibrary(bytes, DEVELOPING, (photo) => photo.imageData()),
  )
  const raw = { width: size.width, height: size.height, channels: colors as 1 | 3 }
  return () => sharp(data, { raw })
}

/**
 * LibRaw writes the camera's orientation into a preview that states none, but some previews are upright already.
 * @param isWide whether the upright photo is wider than high
 */
async function upright(jpeg: Uint8Array, isWide: boolean): Promise<Uint8Array> {
  const { orientation = 1, autoOrient } = await sharp(jpeg).metadata()
  const isQuarterTurn = orientation > 4
  if (!isQuarterTurn || autoOrient.width > autoOrient.height === isWide) return jpeg
  // Encoding drops the orientation.
  return sharp(jpeg).jpeg({ quality: 95 }).toBuffer()
}

async function withLibrary<T>(
  bytes: Uint8Array,
  settings: object,
  use: (photo: InstanceType<Library['LibRaw']>) => T,
): Promise<T> {
  kept ??= startLibrary()
  const current = kept
  try {
    const library = await current
    const photo = new library.LibRaw()
    photo.open(bytes, settings)
    const result = use(photo)
    photo.delete()
    if (bytes.length > MAX_KEPT_BYTES || settings === DEVELOPING) kept = undefined
    return result
  } catch (error) {
    // An instance that has failed may be in any state.
    kept = undefined
    throw unreadable('it is damaged, or a raw photo of a camera that LibRaw does not support', error)
  }
}

/** Loads one and a half megabytes of WebAssembly. The package's own loader is for browsers. */
async function startLibrary(): Promise<Library> {
  const file = createRequire(import.meta.url).resolve('libraw-wasm/dist/libraw.js')
  const { default: start } = (await import(pathToFileURL(file).href)) as { default: StartLibrary }
  const wasmBinary = await readFile(join(dirname(file), 'libraw.wasm'))
  return start({ wasmBinary, print() {}, printErr() {} })
}
