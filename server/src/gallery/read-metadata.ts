import { readDetails } from './details/details.ts'
import type { FileDetails } from './details/file-details.ts'
import { START_OF_SCAN, segmentsOf } from './formats/jpeg-segments.ts'
import { sniff } from './formats/sniff.ts'
import { type ImageFileOptions, type ImageFileSteps, openFile, readImageFile } from './image-file.ts'
import { describePixels, type FileMetadata } from './metadata.ts'
import { decodeThumbnail, type ThumbnailStore } from './thumbnails.ts'

/** An indexed image whose metadata is to be read again. */
export interface MetadataRequest {
  path: string
  contentHash: string
  bytes: number
  modifiedAt: number
  /** Properties that only decoding determines, as they were read before. */
  known: { width: number; height: number; contentType: string; note?: string | undefined }
}

export type MetadataResult =
  | { state: 'read'; metadata: FileMetadata }
  /** The path now has another file, or none. */
  | { state: 'changed' }
  | { state: 'unreadable' }

/** The metadata of nearly all JPEG files lies in their first part. */
const JPEG_HEAD_BYTES = 256 * 1024

/**
 * Reads the metadata of an indexed image without its pixels. Only an image that lost its thumbnail is decoded.
 * @returns undefined if `steps.decode` returns it
 */
export async function readMetadata(
  request: MetadataRequest,
  options: ImageFileOptions,
  thumbnails: ThumbnailStore,
  steps: ImageFileSteps,
): Promise<MetadataResult | undefined> {
  const { path, contentHash, bytes, modifiedAt, known } = request
  const thumbnail = await thumbnails.read(contentHash)
  if (thumbnail === undefined) return readByDecoding(request, options, thumbnails, steps)
  const file = openFile(options.root, path, options.walk)
  if (file === undefined) return { state: 'changed' }
  let details: FileDetails
  try {
    const stat = file.stat()
    if (stat?.bytes !== bytes || stat.modifiedAt !== modifiedAt) return { state: 'changed' }
    const head = file.read(JPEG_HEAD_BYTES)
    const format = sniff(head)
    // Other formats have metadata anywhere. Without the start of the pixels, a JPEG does not count as an image.
    const isEnough = (format === 'jpeg' && hasStartOfScan(head)) || head.length === stat.bytes
    details = await readDetails(isEnough ? head : file.read(), format)
  } finally {
    file.close()
  }
  steps.onBytes()
  const image = await decodeThumbnail(thumbnail)
  return { state: 'read', metadata: { ...details, ...known, note: known.note, ...describePixels(image) } }
}

/** Whether the beginning of a JPEG has all segments before its pixels. */
function hasStartOfScan(head: Uint8Array): boolean {
  return segmentsOf(head).some(({ marker, end }) => marker === START_OF_SCAN && end <= head.length)
}

async function readByDecoding(
  { path, contentHash }: MetadataRequest,
  options: ImageFileOptions,
  thumbnails: ThumbnailStore,
  steps: ImageFileSteps,
): Promise<MetadataResult | undefined> {
  const request = { path, skipSettleCheck: true, forceDecode: true }
  const file = await readImageFile(request, options, thumbnails, steps)
  if (file === undefined) return undefined
  if (file.state === 'failed') return { state: file.contentHash === contentHash ? 'unreadable' : 'changed' }
  if (file.state !== 'decoded' || file.contentHash !== contentHash) return { state: 'changed' }
  return { state: 'read', metadata: file.metadata }
}
