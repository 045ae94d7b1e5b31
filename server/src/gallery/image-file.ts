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
import type { DecodedImage, DecodeLimits } from './decode.ts'
import { readDetails } from './details/details.ts'
import { decodeName, toSystemPath } from './file-names.ts'
import { sniff } from './formats/sniff.ts'
import type { IncludeRules } from './include.ts'
import { realFileOf } from './links.ts'
import { describePixels, type FileMetadata } from './metadata.ts'
import { normalizeName, toAbsolute } from './paths.ts'
import { type RgbImage, resample } from './resample.ts'
import { readSidecar, type Sidecar } from './sidecar.ts'
import { type FileStat, toFileStat } from './stat-file.ts'
import { makeThumbnail, type ThumbnailStore } from './thumbnails.ts'
import { type WindowSize, windowCover, windowsOf } from './windows.ts'

export interface ImageFileOptions {
  root: string
  /** Decides where symbolic links may lead. */
  walk: IncludeRules
  limits: DecodeLimits & { maxFileBytes: number }
  /** Size of the embedder's input in pixels. */
  inputSize: { width: number; height: number }
  /** Windows of images that are needed as well. Default: none. */
  windows?: WindowSize | undefined
  timings?: Pick<Timings, 'settleMs' | 'brokenSettleMs'> | undefined
}

export interface ImageFileRequest {
  path: string
  /** Reads the file even if it was changed a moment ago. */
  skipSettleCheck: boolean
  /** Decodes the file even if a thumbnail of its bytes exists. */
  forceDecode: boolean
  /** Its sidecar in the listing of its folder: null without one; undefined to look for it. */
  sidecar?: string | null | undefined
}

export interface ImageFileSteps {
  /** @returns undefined if the bytes have to be decoded elsewhere */
  decode(
    bytes: Uint8Array,
    minSize: { width: number; height: number },
    limits: DecodeLimits,
  ): Promise<DecodedImage | undefined>
  /** Called when the disk has delivered the file. */
  onBytes(): void
}

export type ImageFile =
  | { state: 'gone' }
  /** It may still be written to. */
  | { state: 'unsettled' }
  /** This version of the file can't be indexed. */
  | { state: 'failed'; stat: FileStat; contentHash: string | undefined; code: ErrorCode; reason: string }
  /** A thumbnail of the same bytes exists. */
  | { state: 'seen'; stat: FileStat; contentHash: string; sidecar: Sidecar | undefined }
  /** `image` and each of its windows have the embedder's input size; the thumbnail has been written. */
  | {
      state: 'decoded'
      stat: FileStat
      contentHash: string
      /** Without what the sidecar states. */
      metadata: FileMetadata
      sidecar: Sidecar | undefined
      image: RgbImage
      windows: RgbImage[]
    }

/**
 * Reads a file once, for hash, thumbnail and embedding together. It blocks while it waits for the disk, which is faster by a
 * tenth than asynchronous reading, so it belongs into a thread or process of its own.
 * @returns undefined if `decode` returns undefined
 * @throws {DomainError} `permission_denied`
 */
export async function readImageFile(
  { path, skipSettleCheck, forceDecode, sidecar: listed }: ImageFileRequest,
  { root, walk, limits, inputSize, windows: windowSize = 'none', timings = TIMINGS }: ImageFileOptions,
  thumbnails: ThumbnailStore,
  { decode, onBytes }: ImageFileSteps,
): Promise<ImageFile | undefined> {
  const file = openFile(root, path, walk)
  if (file === undefined) return { state: 'gone' }
  let bytes: Buffer
  let stat: FileStat
  let sidecar: Sidecar | undefined
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
    if (after.changedAt !== stat.changedAt) return { state: 'unsettled' }
    // Listings leave out sidecars by rules that are not applied again here.
    if (listed !== null)
      sidecar = readSidecar(
        path,
        (one) => toAbsolute(root, one),
        (one) => openFile(root, one, walk),
      )
  } finally {
    file.close()
  }
  onBytes()
  const contentHash = hashOfBytes(bytes)
  if (!forceDecode && thumbnails.has(contentHash)) return { state: 'seen', stat, contentHash, sidecar }
  const needed = windowCover(inputSize, windowSize)
  const minSize = {
    width: Math.max(needed.width, thumbnails.size.width),
    height: Math.max(needed.height, thumbnails.size.height),
  }
  let decoded: DecodedImage | undefined
  try {
    decoded = await decode(bytes, minSize, limits)
  } catch (error) {
    // Perhaps only the beginning of the file has been written yet.
    if (isFresh(timings.brokenSettleMs)) return { state: 'unsettled' }
    if (!(error instanceof DomainError)) throw error
    return { state: 'failed', stat, contentHash, code: error.code, reason: error.message }
  }
  if (decoded === undefined) return undefined
  // The same holds for a file that is damaged but can be shown.
  if (decoded.note !== undefined && isFresh(timings.brokenSettleMs)) return { state: 'unsettled' }
  thumbnails.write(contentHash, await makeThumbnail(bytes, decoded, thumbnails.size))
  const { width, height, contentType, note } = decoded
  const metadata = {
    ...(await readDetails(bytes, sniff(bytes))),
    width,
    height,
    contentType,
    note,
    ...describePixels(decoded.image),
  }
  const image = resample(decoded.image, inputSize.width, inputSize.height)
  const windows = windowsOf(decoded.image, inputSize, windowSize)
  return { state: 'decoded', stat, contentHash, metadata, sidecar, image, windows }
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
  // Without O_NONBLOCK, opening a named pipe would block until a process writes to it.
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
      // The identity of a link is its own inode, as in a listing.
      const linkInfo = lstatSync(toSystemPath(absolute), { bigint: true, throwIfNoEntry: false })
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

/** Checks what was opened: a folder on the way may have become a link since the path was resolved. */
function isOpenAt(descriptor: number, path: string): boolean {
  if (process.platform !== 'linux') return true
  try {
    // Some file systems ignore case and show either spelling.
    const opened = decodeName(readlinkSync(`/proc/self/fd/${descriptor}`, { encoding: 'buffer' }))
    return normalizeName(opened) === normalizeName(path)
  } catch {
    // The system does not offer this.
    return true
  }
}

function openReadable(file: string, flags: number): number | undefined {
  try {
    return openSync(toSystemPath(file), flags)
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
