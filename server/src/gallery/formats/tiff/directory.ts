/** The directories of a TIFF (TIFF 6.0, section 2) or BigTIFF, and the values of their tags. */

export const TAG = {
  newSubfileType: 254,
  subfileType: 255,
  width: 256,
  height: 257,
  bitsPerSample: 258,
  compression: 259,
  photometric: 262,
  fillOrder: 266,
  stripOffsets: 273,
  orientation: 274,
  samplesPerPixel: 277,
  rowsPerStrip: 278,
  stripByteCounts: 279,
  minSampleValue: 280,
  maxSampleValue: 281,
  planarConfiguration: 284,
  predictor: 317,
  colourMap: 320,
  tileWidth: 322,
  tileHeight: 323,
  tileOffsets: 324,
  tileByteCounts: 325,
  extraSamples: 338,
  sampleFormat: 339,
  minimum: 340,
  maximum: 341,
  jpegTables: 347,
  jpegInterchangeFormat: 513,
  jpegRestartInterval: 515,
  jpegQuantisation: 519,
  jpegDcTables: 520,
  jpegAcTables: 521,
  chromaSubsampling: 530,
} as const

export interface TiffDirectory {
  isLittleEndian: boolean
  bytes: Buffer
  /** Number of the directory in the file, from 0. */
  page: number
  /** All values of a tag; empty if it is missing. */
  numbers(tag: number): number[]
  /** The first value of a tag. */
  number(tag: number, missing: number): number
}

const MAX_PAGES = 4096
const MAX_VALUES = 1 << 22
/** Bytes of a value by its type, 0 for unknown types. */
const TYPE_BYTES = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 0, 0, 8, 8, 8]
/** Bits of `newSubfileType`: a smaller version of another page, and a mask for another page. */
const REDUCED = 1
const MASK = 4
const OLD_REDUCED = 2

/** Returns the first page that is neither a smaller version nor a mask of another one. @throws {Error} the reason */
export function readMainDirectory(bytes: Uint8Array): TiffDirectory {
  const pages = readDirectories(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))
  const main = pages.find(
    (page) =>
      (page.number(TAG.newSubfileType, 0) & (REDUCED | MASK)) === 0 &&
      page.number(TAG.subfileType, 0) !== OLD_REDUCED &&
      page.number(TAG.width, 0) > 0,
  )
  const first = main ?? pages[0]
  if (first === undefined) throw new Error('the file ends before its directory')
  return first
}

function readDirectories(bytes: Buffer): TiffDirectory[] {
  if (bytes.length < 16) return []
  const isLittleEndian = bytes[0] === 0x49
  const read = reader(bytes, isLittleEndian)
  const isBig = read(2, 2) === 43
  const [countBytes, entryBytes, offsetBytes] = isBig ? [8, 20, 8] : [2, 12, 4]
  const pages: TiffDirectory[] = []
  const seen = new Set<number>()
  let at = read(isBig ? 8 : 4, offsetBytes)
  while (at > 0 && at + countBytes <= bytes.length && pages.length < MAX_PAGES && !seen.has(at)) {
    seen.add(at)
    const count = read(at, countBytes)
    const end = at + countBytes + count * entryBytes
    if (end > bytes.length) break
    pages.push(readDirectory(bytes, isLittleEndian, pages.length, at + countBytes, count, isBig))
    at = end + offsetBytes <= bytes.length ? read(end, offsetBytes) : 0
  }
  return pages
}

function readDirectory(
  bytes: Buffer,
  isLittleEndian: boolean,
  page: number,
  from: number,
  entries: number,
  isBig: boolean,
): TiffDirectory {
  const read = reader(bytes, isLittleEndian)
  const [entryBytes, offsetBytes] = isBig ? [20, 8] : [12, 4]
  const places = new Map<number, { type: number; count: number; at: number }>()
  for (let n = 0; n < entries; n++) {
    const entry = from + n * entryBytes
    const type = read(entry + 2, 2)
    const count = read(entry + 4, offsetBytes)
    const value = entry + 4 + offsetBytes
    const isInline = count * (TYPE_BYTES[type] ?? 0) <= offsetBytes
    places.set(read(entry, 2), { type, count, at: isInline ? value : read(value, offsetBytes) })
  }
  const numbers = (tag: number): number[] => {
    const place = places.get(tag)
    if (place === undefined) return []
    const { type, at } = place
    const width = TYPE_BYTES[type] ?? 0
    if (width === 0) return []
    const count = Math.min(place.count, MAX_VALUES, Math.floor((bytes.length - at) / width))
    return Array.from({ length: Math.max(0, count) }, (_, n) =>
      readValue(bytes, isLittleEndian, type, at + n * width),
    )
  }
  return { isLittleEndian, bytes, page, numbers, number: (tag, missing) => numbers(tag)[0] ?? missing }
}

function readValue(bytes: Buffer, isLittleEndian: boolean, type: number, at: number): number {
  const read = reader(bytes, isLittleEndian)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  switch (type) {
    case 5:
      return read(at, 4) / Math.max(1, read(at + 4, 4))
    case 6:
      return view.getInt8(at)
    case 8:
      return view.getInt16(at, isLittleEndian)
    case 9:
      return view.getInt32(at, isLittleEndian)
    case 10:
      return view.getInt32(at, isLittleEndian) / (view.getInt32(at + 4, isLittleEndian) || 1)
    case 11:
      return view.getFloat32(at, isLittleEndian)
    case 12:
      return view.getFloat64(at, isLittleEndian)
    default:
      return read(at, TYPE_BYTES[type]!)
  }
}

/** @returns a function that reads an unsigned integer of a number of bytes */
function reader(bytes: Buffer, isLittleEndian: boolean): (at: number, width: number) => number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return (at, width) => {
    if (at + width > view.byteLength) return 0
    if (width === 1) return view.getUint8(at)
    if (width === 2) return view.getUint16(at, isLittleEndian)
    if (width === 4) return view.getUint32(at, isLittleEndian)
    return Number(view.getBigUint64(at, isLittleEndian))
  }
}
