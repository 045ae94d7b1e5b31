import { extname } from 'node:path/posix'
import type { ImageFormat } from './sniff.ts'

export { type ImageFormat, SNIFF_BYTES, sniff } from './sniff.ts'

/** Without `.raw`: many large files that are no photos have this ending. */
const RAW_EXTENSIONS =
  '.3fr .arw .cr2 .cr3 .crw .dcr .dng .erf .fff .iiq .kdc .mef .mos .mrw .nef .nrw .orf .pef .raf .rw2 .rwl .sr2 .srf .srw'.split(
    ' ',
  )

interface Format {
  contentType: string
  extensions: readonly string[]
}

const FORMATS: Readonly<Record<ImageFormat, Format>> = {
  jpeg: {
    contentType: 'image/jpeg',
    extensions: ['.jpg', '.jpeg', '.jpe', '.jif', '.jfif'],
  },
  png: {
    contentType: 'image/png',
    extensions: ['.png', '.apng'],
  },
  webp: {
    contentType: 'image/webp',
    extensions: ['.webp'],
  },
  gif: { contentType: 'image/gif', extensions: ['.gif'] },
  avif: {
    contentType: 'image/avif',
    extensions: ['.avif', '.avifs'],
  },
  tiff: {
    contentType: 'image/tiff',
    extensions: ['.tif', '.tiff'],
  },
  bmp: {
    contentType: 'image/bmp',
    extensions: ['.bmp', '.dib'],
  },
  heic: {
    contentType: 'image/heic',
    extensions: ['.heic', '.heif', '.hif', '.heics', '.heifs'],
  },
  // https://en.wikipedia.org/wiki/Raw_image_format names the cameras. The type is that of the shared MIME database of
  // freedesktop.org for all raw photos.
  raw: {
    contentType: 'image/x-dcraw',
    extensions: RAW_EXTENSIONS,
  },
}

export const IMAGE_FORMATS = Object.keys(FORMATS) as ImageFormat[]
export const IMAGE_EXTENSIONS = Object.values(FORMATS).flatMap(({ extensions }) => extensions)
const KNOWN_EXTENSIONS = new Set(IMAGE_EXTENSIONS)

export function hasImageExtension(name: string): boolean {
  return KNOWN_EXTENSIONS.has(extname(name).toLowerCase())
}

export function contentTypeOf(format: ImageFormat): string {
  return FORMATS[format].contentType
}
