import { extname } from 'node:path/posix'
import type { ImageFormat } from './sniff.ts'

export { type ImageFormat, SNIFF_BYTES, sniff } from './sniff.ts'

/** Without `.raw`: many large files that are no photos have this ending. */
const RAW_EXTENSIONS =
  '.3fr .arw .cr2 .cr3 .crw .dcr .dng .erf .fff .iiq .kdc .mef .mos .mrw .nef .nrw .orf .pef .raf .rw2 .rwl .sr2 .srf .srw'.split(
    ' ',
  )

const FORMAT_BY_EXTENSION: Record<string, ImageFormat> = {
  '.jpg': 'jpeg',
  '.jpeg': 'jpeg',
  '.jpe': 'jpeg',
  '.jif': 'jpeg',
  '.jfif': 'jpeg',
  '.png': 'png',
  '.apng': 'png',
  '.webp': 'webp',
  '.gif': 'gif',
  '.avif': 'avif',
  '.avifs': 'avif',
  '.tif': 'tiff',
  '.tiff': 'tiff',
  '.bmp': 'bmp',
  '.dib': 'bmp',
  '.heic': 'heic',
  '.heif': 'heic',
  '.hif': 'heic',
  '.heics': 'heic',
  '.heifs': 'heic',
  // Raw photos: https://en.wikipedia.org/wiki/Raw_image_format names the cameras.
  ...Object.fromEntries(RAW_EXTENSIONS.map((extension) => [extension, 'raw'])),
}

const CONTENT_TYPE: Record<ImageFormat, string> = {
  jpeg: 'image/jpeg',
  png: 'image/png',
  webp: 'image/webp',
  gif: 'image/gif',
  avif: 'image/avif',
  tiff: 'image/tiff',
  bmp: 'image/bmp',
  heic: 'image/heic',
  // The type that freedesktop.org's shared MIME database gives to all raw photos.
  raw: 'image/x-dcraw',
}

export const IMAGE_EXTENSIONS = Object.keys(FORMAT_BY_EXTENSION)

export function hasImageExtension(name: string): boolean {
  return extname(name).toLowerCase() in FORMAT_BY_EXTENSION
}

export function contentTypeOf(format: ImageFormat): string {
  return CONTENT_TYPE[format]
}
