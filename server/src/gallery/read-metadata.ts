import { coloursOf } from './colour-layout.ts'
import { type ImageFileOptions, type ImageFileSteps, readImageFile } from './image-file.ts'
import { type FileMetadata, thumbhashOf } from './metadata.ts'
import { decodeThumbnail, type ThumbnailStore } from './thumbnails.ts'

/** An indexed image whose metadata is to be read again. */
export interface MetadataRequest {
  path: string
  contentHash: string
  /** Properties that only decoding determines, as they were read before. */
  known: Pick<FileMetadata, 'width' | 'height' | 'contentType'> & { note?: string | undefined }
}

export type MetadataResult =
  | { state: 'read'; metadata: FileMetadata }
  /** The path has another file by now, or none. */
  | { state: 'changed' }
  | { state: 'unreadable' }

/** Reads the metadata of an indexed image without its pixels. Only an image that lost its thumbnail is decoded. @returns undefined if `steps.decode` does so */
export async function readMetadata(
  { path, contentHash, known }: MetadataRequest,
  options: ImageFileOptions,
  thumbnails: ThumbnailStore,
  steps: ImageFileSteps,
): Promise<MetadataResult | undefined> {
  const thumbnail = await thumbnails.read(contentHash)
  if (thumbnail !== undefined) {
    const image = await decodeThumbnail(thumbnail)
    return {
      state: 'read',
      metadata: { ...known, note: known.note, thumbhash: thumbhashOf(image), colours: coloursOf(image) },
    }
  }
  const file = await readImageFile(
    { path, skipSettleCheck: true, forceDecode: true },
    options,
    thumbnails,
    steps,
  )
  if (file === undefined) return undefined
  if (file.state === 'failed') return { state: file.contentHash === contentHash ? 'unreadable' : 'changed' }
  if (file.state !== 'decoded' || file.contentHash !== contentHash) return { state: 'changed' }
  return { state: 'read', metadata: file.metadata }
}
