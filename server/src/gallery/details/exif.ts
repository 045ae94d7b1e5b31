import readTags from 'exif-reader'
import type { FileDetails } from './file-details.ts'
import {
  cameraName,
  cleanNumber,
  cleanRating,
  cleanText,
  cleanWhole,
  parseOffset,
  parseTime,
} from './values.ts'

/** More values than any camera writes. Without a limit, a crafted file would keep the reader busy for minutes. */
const MAX_VALUES = 100_000

/** Raw files have their XMP, which may have megabytes of edits, as single bytes. */
const BYTES_PER_VALUE = 64

/** Reads an EXIF block, or a TIFF file. @throws {Error} if it is damaged */
export function readExif(block: Buffer): FileDetails {
  assertBounded(block)
  const { Image, Photo, GPSInfo } = readTags(block)
  // A directory whose address lies outside the block is null.
  const [image, photo, gps] = [Image ?? {}, Photo ?? {}, GPSInfo ?? {}]
  return {
    ...captureTime(image, photo),
    camera: cameraName(cleanText(image.Make), cleanText(image.Model)),
    lens: cleanText(photo.LensModel),
    exposureTime: cleanNumber(photo.ExposureTime, 1e-7, 1e6),
    fNumber: cleanNumber(photo.FNumber, 0.1, 1000),
    iso: cleanNumber(photo.ISOSpeedRatings ?? photo.PhotographicSensitivity, 1, 1e8),
    focalLength: cleanNumber(photo.FocalLength, 0.1, 100_000),
    orientation: cleanWhole(image.Orientation, 1, 8),
    latitude: degrees(gps.GPSLatitude, gps.GPSLatitudeRef, 'S', 90),
    longitude: degrees(gps.GPSLongitude, gps.GPSLongitudeRef, 'W', 180),
    caption: cleanText(image.ImageDescription),
    rating: cleanRating(image.Rating),
  }
}

/** Reads the packets of XMP and IPTC in the first directory. @throws {Error} if the block is damaged */
export function readPackets(block: Buffer): { xmp?: Uint8Array | undefined; iptc?: Uint8Array | undefined } {
  assertBounded(block)
  const { Image, bigEndian } = readTags(block) as { Image?: Tags | null; bigEndian: boolean }
  const image = Image ?? {}
  return { xmp: bytesOf(image.XMLPacket, bigEndian), iptc: bytesOf(image.IPTCNAA, bigEndian) }
}

/** Programs store bytes as such, or as numbers of 32 bits. */
function bytesOf(value: unknown, isBigEndian: boolean): Uint8Array | undefined {
  if (value instanceof Uint8Array) return value
  if (!Array.isArray(value) || !value.every((one) => Number.isInteger(one) && one >= 0)) return undefined
  const numbers: number[] = value
  if (numbers.every((one) => one < 256)) return Uint8Array.from(numbers)
  const bytes = Buffer.alloc(numbers.length * 4)
  for (const [n, one] of numbers.entries())
    if (isBigEndian) bytes.writeUInt32BE(one, n * 4)
    else bytes.writeUInt32LE(one, n * 4)
  return bytes
}

type Tags = Partial<Record<string, unknown>>

/** When the picture was taken or, for a scan, digitized. `DateTime` is the time of the last change, which is neither. */
function captureTime(image: Tags, photo: Tags): Pick<FileDetails, 'capturedAt' | 'capturedOffset'> {
  const times = [
    [photo.DateTimeOriginal ?? image.DateTimeOriginal, photo.OffsetTimeOriginal, photo.SubSecTimeOriginal],
    [photo.DateTimeDigitized, photo.OffsetTimeDigitized, photo.SubSecTimeDigitized],
  ]
  for (const [date, offset, fraction] of times) {
    const time = parseTime(
      date instanceof Date && !isUnset(date) ? date.toISOString().replace('Z', '') : undefined,
    )
    if (time === undefined) continue
    const digits = /^\d{1,9}$/.exec(cleanText(fraction) ?? '')?.[0] ?? '0'
    const capturedAt = time.capturedAt + Math.floor(Number(`0.${digits}`) * 1000)
    return { capturedAt, capturedOffset: parseOffset(cleanText(offset)) ?? time.capturedOffset }
  }
  return {}
}

/** Cameras without a set clock write zeros, which the library takes for a day about 1900. */
function isUnset(date: Date): boolean {
  return Number.isNaN(date.getTime()) || (date >= FIRST_UNSET && date <= LAST_UNSET)
}

const FIRST_UNSET = new Date('1899-11-30')
const LAST_UNSET = new Date('1900-01-01')

function degrees(value: unknown, reference: unknown, negative: string, max: number): number | undefined {
  if (!Array.isArray(value)) return undefined
  const [whole = Number.NaN, minutes = 0, seconds = 0] = value as number[]
  const result = whole + minutes / 60 + seconds / 3600
  const isNegative = typeof reference === 'string' && reference.trim().toUpperCase() === negative
  return cleanNumber(isNegative ? -result : result, -max, max)
}

const TYPE_BYTE = 1
const TYPE_ASCII = 2
const TYPE_BYTES = 7
const ENTRY_BYTES = 12
const EXIF_TAG = 0x8769
const GPS_TAG = 0x8825

/** @throws {Error} if the directories claim more values than `MAX_VALUES`, which the library would read one by one */
function assertBounded(block: Buffer): void {
  const start = block.toString('latin1', 0, 4) === 'Exif' ? 6 : 0
  const isBigEndian = block[start] === 0x4d
  const read16 = (at: number) => (isBigEndian ? block.readUInt16BE(at) : block.readUInt16LE(at))
  const read32 = (at: number) => (isBigEndian ? block.readUInt32BE(at) : block.readUInt32LE(at))
  let values = 0
  const first = read32(start + 4) + start
  const directories = [first]
  for (const directory of directories) {
    if (directory + 2 > block.length || directories.length > 8) continue
    const entries = read16(directory)
    const end = directory + 2 + entries * ENTRY_BYTES
    for (let at = directory + 2; at + ENTRY_BYTES <= Math.min(end, block.length); at += ENTRY_BYTES) {
      const [tag, type] = [read16(at), read16(at + 2)]
      const count = Math.min(read32(at + 4), block.length)
      if (type === TYPE_BYTE) values += count / BYTES_PER_VALUE
      else if (type !== TYPE_ASCII && type !== TYPE_BYTES) values += count
      if (tag === EXIF_TAG || tag === GPS_TAG) directories.push(read32(at + 8) + start)
    }
    values += entries
    if (values > MAX_VALUES) throw new Error('The EXIF block is too large.')
    // The directory of the embedded preview follows the first one.
    if (directory === first && end + 4 <= block.length && read32(end) !== 0)
      directories.push(read32(end) + start)
  }
}
