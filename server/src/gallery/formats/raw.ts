import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import sharp, { type Sharp } from 'sharp'
import type { RunExclusive } from '../decode-lock.ts'

/** LibRaw as it is bound to JavaScript. What it throws says nothing. */
interface Library {
  LibRaw: new () => {
    /** @param settings of `dcraw_emu` */
    open(bytes: Uint8Array, settings: object): void
    /** Of the upright photo. */
    metadata(full: boolean): { width: number; height: number }
    /** The largest preview in the file. */
    thumbnailData(): { data: Uint8Array; width: number; height: number; format: string } | undefined
    /** The picture made of what the sensor saw, upright. */
    imageData(): { data: Uint8Array; width: number; height: number; colors: number }
    delete(): void
  }
}

type StartLibrary = (options: { wasmBinary: Uint8Array; print(): void; printErr(): void }) => Promise<Library>

export interface RawPhotoLimits {
  /** Throws if the picture is larger than what is shown. */
  checkSize(width: number, height: number): void
  /** Throws if the picture is larger than what is developed: that takes about 15 bytes for each pixel of the sensor. */
  checkDeveloped(width: number, height: number): void
  /** Lets one photo at a time be developed; without it several are at once. */
  decodeLock?: RunExclusive | undefined
}

export interface RawPhoto {
  /** Size of the upright picture in pixels, as the camera counts them. */
  width: number
  height: number
  /** What is shown of it, which may be smaller. */
  open: () => Sharp
}

/** A preview with a longer side than this is as good as the picture itself, and many times as fast. */
const GOOD_PREVIEW_SIDE = 1000
/** Every second pixel of a side: the four colours of the sensor make one pixel, and nothing has to be guessed. */
const DEVELOPING = { halfSize: true, useCameraWb: true, outputBps: 8 }
/** The memory that WebAssembly has taken is not given back before its instance is forgotten. */
const KEPT_BYTES = 64 * 1024 * 1024
const KEPT_MS = 10_000

let kept: Promise<Library> | undefined
let forgetting: NodeJS.Timeout | undefined

/**
 * Opens a raw photo: by the preview that its camera has put into it or, if that is small or missing, developed from what the
 * sensor saw, at half the size, with the white balance of the camera.
 * @throws {Error} the reason, if it can't be read
 */
export async function openRawPhoto(
  bytes: Uint8Array,
  { checkSize, checkDeveloped, decodeLock = (run) => run() }: RawPhotoLimits,
): Promise<RawPhoto> {
  const { width, height, preview } = await withLibrary(bytes, {}, (photo) => {
    const { width, height } = photo.metadata(false)
    const preview = photo.thumbnailData()
    return { width, height, preview: preview?.format === 'jpeg' ? preview : undefined }
  })
  checkSize(width, height)
  const develop = async () => {
    checkDeveloped(width, height)
    return developed(bytes, decodeLock)
  }
  const longer = Math.max(preview?.width ?? 0, preview?.height ?? 0)
  if (preview === undefined) return { width, height, open: await develop() }
  if (longer < Math.min(GOOD_PREVIEW_SIDE, Math.max(width, height) / 2)) {
    const open = await develop().catch(() => undefined)
    if (open !== undefined) return { width, height, open }
  }
  // A preview that is damaged says nothing of the photo.
  const rotated = await upright(preview.data, width > height).catch(() => undefined)
  if (rotated === undefined) return { width, height, open: await develop() }
  return { width, height, open: () => sharp(rotated, { failOn: 'error', limitInputPixels: false }) }
}

async function developed(bytes: Uint8Array, decodeLock: RunExclusive): Promise<() => Sharp> {
  const { data, colors, ...size } = await decodeLock(() =>
    withLibrary(bytes, DEVELOPING, (photo) => photo.imageData()),
  )
  const raw = { width: size.width, height: size.height, channels: colors as 1 | 3 }
  return () => sharp(data, { raw })
}

/** LibRaw notes the camera's orientation in a preview that has none. Some lie upright all the same. @param isWide whether the upright photo is */
async function upright(jpeg: Uint8Array, isWide: boolean): Promise<Uint8Array> {
  const { orientation = 1, autoOrient } = await sharp(jpeg).metadata()
  const isQuarterTurn = orientation > 4
  if (!isQuarterTurn || autoOrient.width > autoOrient.height === isWide) return jpeg
  // Without its orientation.
  return sharp(jpeg).jpeg({ quality: 95 }).toBuffer()
}

async function withLibrary<T>(
  bytes: Uint8Array,
  settings: object,
  use: (photo: InstanceType<Library['LibRaw']>) => T,
): Promise<T> {
  kept ??= startLibrary()
  const library = await kept.catch((error) => {
    kept = undefined
    throw error
  })
  forgetting ??= setTimeout(() => {
    kept = undefined
    forgetting = undefined
  }, KEPT_MS).unref()
  forgetting.refresh()
  if (bytes.length > KEPT_BYTES || settings === DEVELOPING) kept = undefined
  try {
    const photo = new library.LibRaw()
    photo.open(bytes, settings)
    const result = use(photo)
    photo.delete()
    return result
  } catch (error) {
    // With what it was about to do.
    kept = undefined
    throw new Error('it is damaged, or a raw photo of a kind that LibRaw does not know', { cause: error })
  }
}

/** One and a half megabytes of WebAssembly, loaded when the first such file is met. The package itself is for browsers. */
async function startLibrary(): Promise<Library> {
  const file = createRequire(import.meta.url).resolve('libraw-wasm/dist/libraw.js')
  const { default: start } = (await import(pathToFileURL(file).href)) as { default: StartLibrary }
  const wasmBinary = await readFile(join(dirname(file), 'libraw.wasm'))
  return start({ wasmBinary, print() {}, printErr() {} })
}
