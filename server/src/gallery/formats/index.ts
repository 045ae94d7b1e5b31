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
  /** Whether it is decoded into memory as a whole, in full size, before it is reduced. */
  isWholeInMemory: boolean
}

const FORMATS: Readonly<Record<ImageFormat, Format>> = {
  jpeg: {
    contentType: 'image/jpeg',
    extensions: ['.jpg', '.jpeg', '.jpe', '.jif', '.jfif'],
    isWholeInMemory: false,
  },
  png: {
    contentType: 'image/png',
    extensions: ['.png', '.apng'],
    isWholeInMemory: false,
  },
  webp: {
    contentType: 'image/webp',
    extensions: ['.webp'],
    isWholeInMemory: false,
  },
  gif: { contentType: 'image/gif', extensions: ['.gif'], isWholeInMemory: true },
  avif: {
    contentType: 'image/avif',
    extensions: ['.avif', '.avifs'],
    isWholeInMemory: true,
  },
  tiff: {
    contentType: 'image/tiff',
    extensions: ['.tif', '.tiff'],
    isWholeInMemory: false,
  },
  bmp: {
    contentType: 'image/bmp',
    extensions: ['.bmp', '.dib'],
    isWholeInMemory: true,
  },
  heic: {
    contentType: 'image/heic',
    extensions: ['.heic', '.heif', '.hif', '.heics', '.heifs'],
    isWholeInMemory: true,
  },
  // https://en.wikipedia.org/wiki/Raw_image_format names the cameras. The type is that of the shared MIME database of
  // freedesktop.org for all raw photos.
  raw: {
    contentType: 'image/x-dcraw',
    extensions: RAW_EXTENSIONS,
    isWholeInMemory: false,
  },
}

export const IMAGE_EXTENSIONS = Object.values(FORMATS).flatMap(({ extensions }) => extensions)
const KNOWN_EXTENSIONS = new Set(IMAGE_EXTENSIONS)

export function hasImageExtension(name: string): boolean {
  return KNOWN_EXTENSIONS.has(extname(name).toLowerCase())
}

export function contentTypeOf(format: ImageFormat): string {
  return FORMATS[format].contentType
}

/** Whether a format is decoded into memory as a whole, in full size, before it is reduced. */
export function isWholeInMemory(format: ImageFormat): boolean {
  return FORMATS[format].isWholeInMemory
}
