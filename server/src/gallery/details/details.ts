import sharp, { type Metadata } from 'sharp'
import type { ImageFormat } from '../formats/sniff.ts'
import { readExif, readPackets } from './exif.ts'
import type { FileDetails } from './file-details.ts'
import { readIptc } from './iptc.ts'
import { type Blocks, blocksOfCanon, blocksOfMinolta, blocksOfTiffRaw } from './raw-blocks.ts'
import { combinedTime } from './values.ts'
import { readXmp } from './xmp.ts'

/**
 * Reads the details of a picture. For texts XMP comes before IPTC and EXIF, because programs that edit texts write XMP;
 * for everything else EXIF comes first, because the camera wrote it.
 * @param bytes the file, or its beginning if that contains its metadata
 */
export async function readDetails(bytes: Uint8Array, format: ImageFormat | undefined): Promise<FileDetails> {
  const blocks = await blocksOf(bytes, format)
  const exif = merge((blocks.exif ?? []).map((block) => readBlock(block, readExif)))
  const packets = isTiffLike(format) ? packetsOf(blocks.exif?.[0]) : {}
  const xmp = readBlock(blocks.xmp ?? packets.xmp, readXmp)
  const iptc = readBlock(packets.iptc ?? blocks.iptc, readIptc)
  const place = [exif, xmp].find(
    ({ latitude, longitude }) => latitude !== undefined && longitude !== undefined,
  )
  return {
    ...merge([exif, xmp]),
    ...merge([xmp, iptc, exif], ['title', 'caption', 'keywords', 'rating']),
    ...combinedTime([exif, xmp, iptc]),
    latitude: place?.latitude,
    longitude: place?.longitude,
    bitDepth: blocks.bitDepth,
  }
}

async function blocksOf(bytes: Uint8Array, format: ImageFormat | undefined): Promise<Blocks> {
  if (format === undefined || format === 'bmp') return {}
  if (format === 'raw') return blocksOfRaw(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length))
  const { exif, xmp, iptc, depth, bitsPerSample } = await readHeader(bytes)
  // libvips leaves the directories of TIFF out.
  const block = format === 'tiff' ? bytes : exif
  return { exif: block === undefined ? [] : [block], xmp, iptc, bitDepth: bitDepthOf(depth, bitsPerSample) }
}

/** @param bitsPerSample counts the bits of a place in the palette if there is one, whose colours have eight */
function bitDepthOf(depth: Metadata['depth'] | undefined, bitsPerSample: number | undefined) {
  if (depth === 'uchar') return 8
  if (depth === 'ushort') return bitsPerSample ?? 16
  return depth === 'float' ? 32 : undefined
}

const isTiffLike = (format: ImageFormat | undefined) => format === 'tiff' || format === 'raw'

/** Reads the packets of XMP and IPTC that a TIFF contains. A damaged TIFF has none. */
function packetsOf(tiff: Uint8Array | undefined): ReturnType<typeof readPackets> {
  if (tiff === undefined) return {}
  try {
    return readPackets(Buffer.from(tiff.buffer, tiff.byteOffset, tiff.length))
  } catch {
    return {}
  }
}

/** The libvips of sharp reads the header of HEIC as well, though not its pixels. */
async function readHeader(bytes: Uint8Array): Promise<Partial<Metadata>> {
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
/** Canon's raw photos in boxes begin with this type. */
const CR3 = 'ftypcrx '
const MRW = '\0MRM'

async function blocksOfRaw(bytes: Buffer): Promise<Blocks> {
  try {
    return await findBlocks(bytes)
  } catch {
    // The decoder reports damaged files; here they have no details.
    return {}
  }
}

/** @throws {Error} if the file ends too early */
async function findBlocks(bytes: Buffer): Promise<Blocks> {
  if (bytes.toString('latin1', 0, RAF.length) === RAF) return blocksOfFujifilm(bytes)
  if (bytes.toString('latin1', 4, 4 + CR3.length) === CR3) return blocksOfCanon(bytes)
  if (bytes.toString('latin1', 0, MRW.length) === MRW) return blocksOfMinolta(bytes)
  return blocksOfTiffRaw(bytes)
}

async function blocksOfFujifilm(bytes: Buffer): Promise<Blocks> {
  if (bytes.length < RAF_JPEG_AT + 4) return {}
  const blocks = await blocksOf(bytes.subarray(bytes.readUInt32BE(RAF_JPEG_AT)), 'jpeg')
  return { ...blocks, bitDepth: undefined }
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
