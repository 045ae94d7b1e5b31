import sharp from 'sharp'
import type { ImageFormat } from '../formats/sniff.ts'
import { readExif } from './exif.ts'
import type { FileDetails } from './file-details.ts'
import { readIptc } from './iptc.ts'
import { readXmp } from './xmp.ts'

/** The metadata blocks of a file. */
interface Blocks {
  exif?: Uint8Array | undefined
  xmp?: Uint8Array | undefined
  iptc?: Uint8Array | undefined
}

/**
 * Reads the details of a picture. For texts XMP comes before IPTC and EXIF, because programs that edit texts write XMP;
 * for everything else EXIF comes first, because the camera wrote it.
 * @param bytes the file, or its beginning if that contains its metadata
 */
export async function readDetails(bytes: Uint8Array, format: ImageFormat | undefined): Promise<FileDetails> {
  const blocks = await blocksOf(bytes, format)
  const exif = readBlock(blocks.exif, readExif)
  const xmp = readBlock(blocks.xmp, readXmp)
  const iptc = readBlock(blocks.iptc, readIptc)
  const time = [exif, xmp, iptc].find(({ capturedAt }) => capturedAt !== undefined)
  const place = [exif, xmp].find(
    ({ latitude, longitude }) => latitude !== undefined && longitude !== undefined,
  )
  return {
    ...merge([exif, xmp]),
    ...merge([xmp, iptc, exif], ['title', 'caption', 'keywords', 'rating']),
    capturedAt: time?.capturedAt,
    capturedOffset: time?.capturedOffset,
    latitude: place?.latitude,
    longitude: place?.longitude,
  }
}

async function blocksOf(bytes: Uint8Array, format: ImageFormat | undefined): Promise<Blocks> {
  if (format === undefined || format === 'bmp') return {}
  if (format === 'raw') return blocksOfRaw(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length))
  const { exif, xmp, iptc } = await readHeader(bytes)
  // libvips leaves the directories of TIFF out.
  return { exif: format === 'tiff' ? bytes : exif, xmp, iptc }
}

/** The libvips of sharp reads the header of HEIC as well, though not its pixels. */
async function readHeader(bytes: Uint8Array): Promise<Blocks> {
  try {
    return await sharp(bytes, { failOn: 'none', limitInputPixels: false }).metadata()
  } catch {
    // The decoder reports damaged files; here they have no details.
    return {}
  }
}

/** Fujifilm's container, which states the position of a JPEG with all metadata. */
const RAF = 'FUJIFILM'
const RAF_JPEG_AT = 84
/** Number of a TIFF; Olympus and Panasonic use another one. */
const TIFF_MAGIC = 42
/** The directories and their texts lie at the beginning. */
const MAX_DIRECTORY_BYTES = 4 * 1024 * 1024

async function blocksOfRaw(bytes: Buffer): Promise<Blocks> {
  if (bytes.toString('latin1', 0, RAF.length) === RAF)
    return bytes.length < RAF_JPEG_AT + 4 ? {} : readHeader(bytes.subarray(bytes.readUInt32BE(RAF_JPEG_AT)))
  const order = bytes.toString('latin1', 0, 2)
  if (order !== 'II' && order !== 'MM') return {}
  const tiff = Buffer.from(bytes.subarray(0, MAX_DIRECTORY_BYTES))
  if (order === 'II') tiff.writeUInt16LE(TIFF_MAGIC, 2)
  else tiff.writeUInt16BE(TIFF_MAGIC, 2)
  return { exif: tiff }
}

/** A damaged block is treated as absent: the picture itself may be intact. */
function readBlock(block: Uint8Array | undefined, read: (block: Buffer) => FileDetails): FileDetails {
  if (block === undefined) return {}
  try {
    return read(Buffer.from(block.buffer, block.byteOffset, block.length))
  } catch {
    return {}
  }
}

/** Takes each detail from the first source that has it. */
function merge(sources: readonly FileDetails[], names?: readonly (keyof FileDetails)[]): FileDetails {
  const merged: FileDetails = {}
  for (const source of sources.toReversed())
    for (const [name, value] of Object.entries(source))
      if (value !== undefined && (names === undefined || names.includes(name as keyof FileDetails)))
        Object.assign(merged, { [name]: value })
  return merged
}
