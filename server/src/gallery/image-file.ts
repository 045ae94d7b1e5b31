import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readFileSync,
  readlinkSync,
  readSync,
} from 'node:fs'
import { DomainError, type ErrorCode, systemCodeOf } from '../errors.ts'
import { hashOfBytes } from '../hashing.ts'
import { TIMINGS, type Timings } from '../timings.ts'
import { type DecodedImage, type DecodeLimits, decodeImage } from './decode.ts'
import { readDetails } from './details/details.ts'
import { sniff } from './formats/sniff.ts'
import type { IncludeRules } from './include.ts'
import { realFileOf } from './links.ts'
import { type FileMetadata, thumbhashOf } from './metadata.ts'
import { normalizeName, toAbsolute } from './paths.ts'
import { type RgbImage, resample } from './resample.ts'
import { type FileStat, toFileStat } from './stat-file.ts'
import { makeThumbnail, type ThumbnailStore } from './thumbnails.ts'

export interface ImageFileOptions {
  root: string
  /** Where symbolic links may lead. */
  walk: IncludeRules
  limits: DecodeLimits & { maxFileBytes: number }
  /** The size that the embedder wants. */
  inputSize: { width: number; height: number }
  timings?: Pick<Timings, 'settleMs' | 'brokenSettleMs'> | undefined
}

export interface ImageFileRequest {
  path: string
  /** Whether the file is taken as it is even if it was changed a moment ago. */
  skipSettleCheck: boolean
  /** Whether it is decoded even if its bytes have been seen before. */
  forceDecode: boolean
}

export type ImageFile =
  | { state: 'gone' }
  /** It is still being written. */
  | { state: 'unsettled' }
  /** It can't be indexed; that is true of the version with these facts. */
  | { state: 'failed'; stat: FileStat; contentHash: string | undefined; code: ErrorCode; reason: string }
  /** A thumbnail of the same bytes is there. */
  | { state: 'seen'; stat: FileStat; contentHash: string }
  /** `image` has the size that the embedder wants; the thumbnail has been written. */
  | {
      state: 'decoded'
      stat: FileStat
      contentHash: string
      metadata: FileMetadata
      image: RgbImage
    }

/**
 * Reads a file once, for hash, thumbnail and embedding together. It waits for the disk without letting anything else run
 * (which costs a tenth of the asynchronous way), so it belongs into a thread of its own.
 * @param onBytes is told when the disk has given the file
 * @throws {DomainError} `permission_denied`
 */
export async function readImageFile(
  { path, skipSettleCheck, forceDecode }: ImageFileRequest,
  { root, walk, limits, inputSize, timings = TIMINGS }: ImageFileOptions,
  thumbnails: ThumbnailStore,
  onBytes: () => void = () => {},
): Promise<ImageFile> {
  const file = openFile(root, path, walk)
  if (file === undefined) return { state: 'gone' }
  let bytes: Buffer
  let stat: FileStat
  const isFresh = (settleMs: number) => {
    const age = Date.now() - stat.modifiedAt
    return !skipSettleCheck && age >= 0 && age < settleMs
  }
  try {
    const before = file.stat()
    if (before === undefined) return { state: 'gone' }
    stat = before
    if (isFresh(timings.settleMs)) return { state: 'unsettled' }
    if (stat.bytes > limits.maxFileBytes) {
      const { code, message: reason } = fileTooLarge(stat.bytes, limits.maxFileBytes)
      return { state: 'failed', stat, contentHash: undefined, code, reason }
    }
    bytes = file.read()
    const after = file.stat()
    if (after?.bytes !== bytes.length || after.modifiedAt !== stat.modifiedAt) return { state: 'unsettled' }
  } finally {
    file.close()
  }
  onBytes()
  const contentHash = hashOfBytes(bytes)
  if (!forceDecode && thumbnails.has(contentHash)) return { state: 'seen', stat, contentHash }
  const minSize = {
    width: Math.max(inputSize.width, thumbnails.size.width),
    height: Math.max(inputSize.height, thumbnails.size.height),
  }
  let decoded: DecodedImage
  try {
    decoded = await decodeImage(bytes, minSize, limits)
  } catch (error) {
    // Perhaps just the beginning of it has been written.
    if (isFresh(timings.brokenSettleMs)) return { state: 'unsettled' }
    if (!(error instanceof DomainError)) throw error
    return { state: 'failed', stat, contentHash, code: error.code, reason: error.message }
  }
  thumbnails.write(contentHash, await makeThumbnail(bytes, decoded, thumbnails.size))
  const { width, height, contentType } = decoded
  const details = await readDetails(bytes, sniff(bytes))
  const metadata = { ...details, width, height, contentType, thumbhash: thumbhashOf(decoded.image) }
  const image = resample(decoded.image, inputSize.width, inputSize.height)
  return { state: 'decoded', stat, contentHash, metadata, image }
}

export function fileTooLarge(bytes: number, most: number): DomainError {
  return new DomainError(
    'image_too_large',
    `The file is too large: ${bytes} bytes, at most ${most} are read (limits.max_file_bytes).`,
  )
}

export interface OpenFile {
  /** undefined if it is not an ordinary file */
  stat(): FileStat | undefined
  /** Reads the whole file, or its first bytes. */
  read(bytes?: number): Buffer
  close(): void
}

/** @returns undefined if there is no such file in the gallery (any more) */
export function openFile(root: string, path: string, walk: IncludeRules): OpenFile | undefined {
  const real = realFileOf(root, path, walk)
  if (real === undefined) return undefined
  // A named pipe that took the place of a file would hold whoever opens it until somebody writes.
  const descriptor = openReadable(real, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW)
  if (descriptor === undefined) return undefined
  if (!isOpenAt(descriptor, real)) {
    closeSync(descriptor)
    return undefined
  }
  return {
    stat() {
      const opened = fstatSync(descriptor, { bigint: true })
      if (!opened.isFile()) return undefined
      const stat = toFileStat(path, opened)
      const absolute = toAbsolute(root, path)
      if (real === absolute) return stat
      // Of a link its own identity, as the walk tells it.
      const linkInfo = lstatSync(absolute, { bigint: true, throwIfNoEntry: false })
      return linkInfo?.isSymbolicLink() ? { ...stat, inode: linkInfo.ino } : stat
    },
    read: (bytes) => (bytes === undefined ? readFileSync(descriptor) : readHead(descriptor, bytes)),
    close: () => closeSync(descriptor),
  }
}

function readHead(descriptor: number, bytes: number): Buffer {
  const head = Buffer.allocUnsafe(bytes)
  return head.subarray(0, readSync(descriptor, head, 0, bytes, 0))
}

/** A folder on the way may have become a link to elsewhere between the look at the path and the opening of it. */
function isOpenAt(descriptor: number, path: string): boolean {
  if (process.platform !== 'linux') return true
  try {
    // Some drives don't tell upper from lower case, and show either.
    return normalizeName(readlinkSync(`/proc/self/fd/${descriptor}`)) === normalizeName(path)
  } catch {
    // Where the system doesn't show it.
    return true
  }
}

function openReadable(file: string, flags: number): number | undefined {
  try {
    return openSync(file, flags)
  } catch (error) {
    const code = systemCodeOf(error)
    // ELOOP and ENXIO: a link or a socket took its place just now.
    if (code === 'ENOENT' || code === 'ELOOP' || code === 'ENXIO') return undefined
    if (code === 'EACCES' || code === 'EPERM') {
      throw new DomainError('permission_denied', 'The file may not be read: permission denied.', {
        cause: error,
      })
    }
    throw error
  }
}
