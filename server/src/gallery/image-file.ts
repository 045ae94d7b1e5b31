import { createHash } from 'node:crypto'
import { lstatSync, readFileSync } from 'node:fs'
import { DomainError, systemCodeOf } from '../errors.ts'
import { type DecodeLimits, decodeImage } from './decode.ts'
import { toAbsolute } from './paths.ts'
import { type RgbImage, resample } from './resample.ts'
import { makeThumbnail, type ThumbnailStore } from './thumbnails.ts'
import { type FileFacts, toFileFacts } from './walk.ts'

export interface ImageFileOptions {
  root: string
  limits: DecodeLimits & { maxFileBytes: number }
  /** The size that the embedder wants. */
  inputSize: { width: number; height: number }
}

export interface ImageFileRequest {
  path: string
  /** Whether the file is taken as it is even if it was changed a moment ago. */
  isSettled: boolean
  /** Whether it is decoded even if its bytes have been seen before. */
  isDecodedAnyway: boolean
}

export type ImageFile =
  | { state: 'gone' }
  /** It is still being written. */
  | { state: 'unsettled' }
  /** A thumbnail of the same bytes is there. */
  | { state: 'seen'; facts: FileFacts; contentHash: string }
  /** `image` has the size that the embedder wants; the thumbnail has been written. */
  | {
      state: 'decoded'
      facts: FileFacts
      contentHash: string
      width: number
      height: number
      contentType: string
      image: RgbImage
    }

/** A file changed more recently than this may still be written to. */
export const SETTLE_MS = 400

/**
 * Reads a file once, for hash, thumbnail and embedding together. It waits for the disk without letting anything else run
 * (which costs a tenth of the asynchronous way), so it belongs into a thread of its own.
 * @throws {DomainError} `image_unreadable` or `image_too_large`, with the reason
 */
export async function readImageFile(
  { path, isSettled, isDecodedAnyway }: ImageFileRequest,
  { root, limits, inputSize }: ImageFileOptions,
  thumbnails: ThumbnailStore,
): Promise<ImageFile> {
  const facts = factsOf(root, path)
  if (facts === undefined) return { state: 'gone' }
  const age = Date.now() - facts.modifiedAt
  if (!isSettled && age >= 0 && age < SETTLE_MS) return { state: 'unsettled' }
  if (facts.bytes > limits.maxFileBytes) {
    throw new DomainError(
      'image_too_large',
      `The file is too large: ${facts.bytes} bytes, at most ${limits.maxFileBytes} are read (limits.max_file_bytes).`,
    )
  }
  const bytes = readAll(root, path)
  if (bytes === undefined) return { state: 'gone' }
  const after = factsOf(root, path)
  if (after?.bytes !== bytes.length || after.modifiedAt !== facts.modifiedAt) return { state: 'unsettled' }

  const contentHash = createHash('sha256').update(bytes).digest('hex')
  if (!isDecodedAnyway && thumbnails.has(contentHash)) return { state: 'seen', facts, contentHash }
  const cover = {
    width: Math.max(inputSize.width, thumbnails.size.width),
    height: Math.max(inputSize.height, thumbnails.size.height),
  }
  const decoded = await decodeImage(bytes, cover, limits)
  thumbnails.write(contentHash, await makeThumbnail(bytes, decoded, thumbnails.size))
  const { width, height, contentType } = decoded
  const image = resample(decoded.image, inputSize.width, inputSize.height)
  return { state: 'decoded', facts, contentHash, width, height, contentType, image }
}

function factsOf(root: string, path: string): FileFacts | undefined {
  const stat = lstatSync(toAbsolute(root, path), { bigint: true, throwIfNoEntry: false })
  return stat?.isFile() ? toFileFacts(path, stat) : undefined
}

function readAll(root: string, path: string): Buffer | undefined {
  try {
    return readFileSync(toAbsolute(root, path))
  } catch (error) {
    const code = systemCodeOf(error)
    if (code === 'ENOENT') return undefined
    if (code === 'EACCES' || code === 'EPERM') {
      throw new DomainError('image_unreadable', 'The file may not be read: permission denied.', {
        cause: error,
      })
    }
    throw error
  }
}
