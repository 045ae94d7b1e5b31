import { isOfSensor } from './sensor-tiff.ts'

export type ImageFormat = 'jpeg' | 'png' | 'webp' | 'gif' | 'avif' | 'tiff' | 'bmp' | 'heic' | 'raw'

/** Bytes from the beginning of a file that suffice to recognise a picture. */
export const SNIFF_BYTES = 512

/**
 * Recognises the format of a picture by its first bytes, regardless of the name of the file.
 * @param head at least `SNIFF_BYTES`, or the whole file. Some raw photos differ from a TIFF only in later bytes.
 * @returns undefined if it is no picture of a supported format
 */
export function sniff(head: Uint8Array): ImageFormat | undefined {
  const ascii = (start: number, end: number) => String.fromCharCode(...head.subarray(start, end))
  if (head[0] === 0xff && head[1] === 0xd8 && head[2] === 0xff) return 'jpeg'
  if (ascii(0, 8) === '\x89PNG\r\n\x1a\n') return 'png'
  if (ascii(0, 4) === 'RIFF' && ascii(8, 12) === 'WEBP') return 'webp'
  if (ascii(0, 6) === 'GIF87a' || ascii(0, 6) === 'GIF89a') return 'gif'
  if (ascii(4, 8) === 'ftyp') return sniffHeif(head)
  if (RAW_SIGNATURES.some(([at, text]) => ascii(at, at + text.length) === text)) return 'raw'
  if (['II*\0', 'MM\0*'].includes(ascii(0, 4))) return isOfSensor(head) ? 'raw' : 'tiff'
  if (['II+\0', 'MM\0+'].includes(ascii(0, 4))) return 'tiff'
  if (ascii(0, 2) === 'BM' ? hasBmpHeader(head) : isDib(head)) return 'bmp'
  return undefined
}

/** Raw photos of Canon (their TIFF names no sensor), Fujifilm, Olympus, Panasonic and Leica, Minolta, and Canon before 2004. */
const RAW_SIGNATURES: [at: number, text: string][] = [
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
const HEIC_BRANDS = ['heic', 'heix', 'heim', 'heis', 'hevc', 'hevx', 'hevm', 'hevs', 'mif1', 'msf1']

/** ISO base media: the brands stand in the `ftyp` box, the major one first, four letters each. */
function sniffHeif(head: Uint8Array): ImageFormat | undefined {
  if (head.length < 12) return undefined
  const boxBytes = new DataView(head.buffer, head.byteOffset).getUint32(0)
  const boxEnd = Math.min(boxBytes, head.length, 256)
  const brands: string[] = []
  for (let at = 8; at + 4 <= boxEnd; at += 4) brands.push(String.fromCharCode(...head.subarray(at, at + 4)))
  if (brands[0] === 'crx ') return 'raw'
  if (brands.some((brand) => AVIF_BRANDS.includes(brand))) return 'avif'
  return brands.some((brand) => HEIC_BRANDS.includes(brand)) ? 'heic' : undefined
}

const BMP_HEADER_SIZE_AT = 14
const V5_HEADER = 124

/** Two letters alone also begin texts. The size of the second header, a 32-bit number, distinguishes them. */
function hasBmpHeader(head: Uint8Array): boolean {
  if (head.length < BMP_HEADER_SIZE_AT + 4) return false
  const size = new DataView(head.buffer, head.byteOffset).getUint32(BMP_HEADER_SIZE_AT, true)
  return size <= V5_HEADER
}

const DIB_HEADER_BYTES = [40, 108, 124]
const MAX_DIB_SIDE = 32_767
const MAX_DIB_PACKING = 3

/** A BMP without its first header, as the clipboard of Windows holds it, has no signature: all its fields have to be plausible. */
function isDib(head: Uint8Array): boolean {
  if (head.length < DIB_HEADER_BYTES[0]!) return false
  const view = new DataView(head.buffer, head.byteOffset)
  const [width, height] = [view.getInt32(4, true), Math.abs(view.getInt32(8, true))]
  return (
    DIB_HEADER_BYTES.includes(view.getUint32(0, true)) &&
    [width, height].every((side) => side > 0 && side <= MAX_DIB_SIDE) &&
    view.getUint16(12, true) === 1 &&
    [1, 2, 4, 8, 16, 24, 32].includes(view.getUint16(14, true)) &&
    view.getUint32(16, true) <= MAX_DIB_PACKING
  )
}
