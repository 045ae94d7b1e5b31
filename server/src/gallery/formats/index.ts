import { extname } from 'node:path/posix'
import { isOfSensor } from './sensor-tiff.ts'

export type ImageFormat = 'jpeg' | 'png' | 'webp' | 'gif' | 'avif' | 'tiff' | 'bmp' | 'heic' | 'raw'

/** Not `.raw`, as old cameras name them and many a large file that is none. */
const RAW_EXTENSIONS =
  '.3fr .arw .cr2 .cr3 .crw .dcr .dng .erf .fff .iiq .kdc .mef .mos .mrw .nef .nrw .orf .pef .raf .rw2 .rwl .sr2 .srf .srw'.split(
    ' ',
  )

const FORMAT_BY_EXTENSION: Record<string, ImageFormat> = {
  '.jpg': 'jpeg',
  '.jpeg': 'jpeg',
  '.png': 'png',
  '.webp': 'webp',
  '.gif': 'gif',
  '.avif': 'avif',
  '.tif': 'tiff',
  '.tiff': 'tiff',
  '.bmp': 'bmp',
  '.heic': 'heic',
  '.heif': 'heic',
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
  // What freedesktop.org's list of types calls any of them.
  raw: 'image/x-dcraw',
}

/** The formats that every current browser displays by itself. */
const SHOWN_BY_BROWSERS: ReadonlySet<string> = new Set(
  (['jpeg', 'png', 'webp', 'gif', 'avif', 'bmp'] as const).map((format) => CONTENT_TYPE[format]),
)

export const IMAGE_EXTENSIONS = Object.keys(FORMAT_BY_EXTENSION)

export function hasImageExtension(name: string): boolean {
  return extname(name).toLowerCase() in FORMAT_BY_EXTENSION
}

export function contentTypeOf(format: ImageFormat): string {
  return CONTENT_TYPE[format]
}

export function isShownByBrowsers(contentType: string): boolean {
  return SHOWN_BY_BROWSERS.has(contentType)
}

/** The format that the first bytes of a file tell, whatever its name says. */
export function sniffFormat(bytes: Uint8Array): ImageFormat | undefined {
  const ascii = (start: number, end: number) => String.fromCharCode(...bytes.subarray(start, end))
  if (bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff) return 'jpeg'
  if (ascii(0, 8) === '\x89PNG\r\n\x1a\n') return 'png'
  if (ascii(0, 4) === 'RIFF' && ascii(8, 12) === 'WEBP') return 'webp'
  if (ascii(0, 6) === 'GIF87a' || ascii(0, 6) === 'GIF89a') return 'gif'
  if (ascii(4, 8) === 'ftyp') return sniffHeif(bytes)
  if (RAW_BEGINNINGS.some(([at, text]) => ascii(at, at + text.length) === text)) return 'raw'
  if (['II*\0', 'MM\0*'].includes(ascii(0, 4))) return isOfSensor(bytes) ? 'raw' : 'tiff'
  if (['II+\0', 'MM\0+'].includes(ascii(0, 4))) return 'tiff'
  if (ascii(0, 2) === 'BM') return 'bmp'
  return undefined
}

/** Of Canon (its TIFF names no sensor), Fujifilm, Olympus, Panasonic and Leica, Minolta, and Canon before 2004. */
const RAW_BEGINNINGS: [at: number, text: string][] = [
  [8, 'CR\x02\0'],
  [0, 'FUJIFILMCCD-RAW'],
  [0, 'IIRO'],
  [0, 'IIRS'],
  [0, 'MMOR'],
  [0, 'IIU\0'],
  [0, '\0MRM'],
  [6, 'HEAPCCDR'],
]

const AVIF_BRANDS = ['avif', 'avis']
const HEIC_BRANDS = ['heic', 'heix', 'heim', 'heis', 'hevc', 'hevx', 'mif1', 'msf1']

/** ISO base media: the brands stand in the `ftyp` box, the major one first, four letters each. */
function sniffHeif(bytes: Uint8Array): ImageFormat | undefined {
  const boxEnd = Math.min(new DataView(bytes.buffer, bytes.byteOffset).getUint32(0), bytes.length, 256)
  const brands: string[] = []
  for (let at = 8; at + 4 <= boxEnd; at += 4) brands.push(String.fromCharCode(...bytes.subarray(at, at + 4)))
  if (brands[0] === 'crx ') return 'raw'
  if (brands.some((brand) => AVIF_BRANDS.includes(brand))) return 'avif'
  return brands.some((brand) => HEIC_BRANDS.includes(brand)) ? 'heic' : undefined
}
