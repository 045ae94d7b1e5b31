import { type Box, boxesOf } from '../formats/iso-box.ts'

/** The metadata blocks of a file. A raw photo may have several of EXIF. */
export interface Blocks {
  exif?: readonly Uint8Array[]
  xmp?: Uint8Array | undefined
  iptc?: Uint8Array | undefined
  bitDepth?: number | undefined
}

const EXIF_TAG = 0x8769
const GPS_TAG = 0x8825
const LONG = 4
const UUID_BYTES = 16
/** Boxes with metadata, by their UUIDs. Described at https://github.com/lclevy/canon_cr3 */
const CANON = '85c0b687820f11e08111f4ce462b6a48'
const XMP = 'be7acfcb97a942e89c71999491e3afac'
/** Number of a TIFF; Olympus and Panasonic use another one. */
const TIFF_MAGIC = 42
/** The directories and their texts lie at the beginning. */
const MAX_DIRECTORY_BYTES = 4 * 1024 * 1024

/** Reads the blocks of a raw photo that is a TIFF. */
export function blocksOfTiffRaw(bytes: Buffer): Blocks {
  const order = bytes.toString('latin1', 0, 2)
  if (order !== 'II' && order !== 'MM') return {}
  const tiff = Buffer.from(bytes.subarray(0, MAX_DIRECTORY_BYTES))
  if (order === 'II') tiff.writeUInt16LE(TIFF_MAGIC, 2)
  else tiff.writeUInt16BE(TIFF_MAGIC, 2)
  return { exif: [tiff] }
}

/** Reads the blocks of a Minolta raw photo: a TIFF in the block `TTW`. Numbers are big-endian. */
export function blocksOfMinolta(bytes: Buffer): Blocks {
  const end = Math.min(bytes.length, 8 + bytes.readUInt32BE(4))
  for (let at = 8; at + 8 <= end; at += 8 + bytes.readUInt32BE(at + 4))
    if (bytes.toString('latin1', at + 1, at + 4) === 'TTW') return blocksOfTiffRaw(bytes.subarray(at + 8))
  return {}
}

/** Reads the blocks of a Canon photo in boxes (CR3): directories of TIFF, each in a TIFF of its own. */
export function blocksOfCanon(bytes: Buffer): Blocks {
  const found: Record<string, Buffer> = {}
  const top = boxesOf(bytes)
  const movie = top.find(({ type }) => type === 'moov')
  const canon = movie && withUuid(boxesOf(movie.content), CANON)
  for (const { type, content } of canon === undefined ? [] : boxesOf(canon)) found[type] = content
  const { CMT1: image, CMT2: photo, CMT4: place } = found
  const exif = [
    image,
    photo && asSubdirectory(photo, EXIF_TAG),
    place && asSubdirectory(place, GPS_TAG),
  ].filter((block) => block !== undefined)
  return { exif, xmp: withUuid(top, XMP) }
}

/** The content of the box with a UUID. */
function withUuid(boxes: readonly Box[], uuid: string): Buffer | undefined {
  const isWanted = ({ type, content }: Box) =>
    type === 'uuid' && content.toString('hex', 0, UUID_BYTES) === uuid
  return boxes.find(isWanted)?.content.subarray(UUID_BYTES)
}

/** Makes the first directory of a TIFF the one that a tag of a new first directory points to. */
function asSubdirectory(tiff: Buffer, tag: number): Buffer {
  const isLittle = tiff.toString('latin1', 0, 2) === 'II'
  const [write16, write32, read32] = isLittle
    ? (['writeUInt16LE', 'writeUInt32LE', 'readUInt32LE'] as const)
    : (['writeUInt16BE', 'writeUInt32BE', 'readUInt32BE'] as const)
  const entry = Buffer.alloc(2 + 12 + 4)
  entry[write16](1, 0)
  entry[write16](tag, 2)
  entry[write16](LONG, 4)
  entry[write32](1, 6)
  entry[write32](tiff[read32](4), 10)
  const whole = Buffer.concat([tiff, entry])
  whole[write32](tiff.length, 4)
  return whole
}
