import {
  IMAGE_ATTRIBUTES,
  type ImageAttributes,
  readAttributes,
  versionOf,
  withDetails,
} from '../catalog/attributes.ts'
import type { Catalog, ContentInfo, ImageRecord } from '../catalog/catalog.ts'
import { DomainError } from '../errors.ts'
import type { ImageFile } from '../gallery/image-file.ts'
import type { ImageReader } from '../gallery/image-reader.ts'
import type { RgbImage } from '../gallery/resample.ts'
import type { Sidecar } from '../gallery/sidecar.ts'
import type { FileStat } from '../gallery/stat-file.ts'

/** A file that was read. `image` is absent if the vector of its bytes is stored already. */
export interface ReadFile {
  record: ImageRecord
  image: RgbImage | undefined
  /** Parts of `image` that have a vector each. */
  windows: RgbImage[]
}

/** The version of a file that could not be indexed. Another version is tried again. */
export interface FailedVersion {
  path: string
  bytes: number
  modifiedAt: number
  changedAt?: number | undefined
  inode: bigint | string
  contentHash: string | undefined
}

/** A file that can't be indexed, with its version at the time when it was read. */
export class FileFailure extends DomainError {
  readonly version: FailedVersion

  constructor({ stat, contentHash, code, reason }: Extract<ImageFile, { state: 'failed' }>) {
    super(code, reason)
    this.version = { ...stat, contentHash }
  }
}

export interface ReadOptions {
  /** Reads a file although it may still be written to. */
  skipSettleCheck: boolean
  /** Decodes the bytes even if their vector is stored. */
  isReread: boolean
  /** Its sidecar in the listing of its folder: null without one; undefined to look for it. */
  sidecar?: string | null | undefined
}

/**
 * Reads a file. Its bytes are decoded only if their vector is not stored.
 * @throws {FileFailure} if the file is no image that can be read
 */
export async function readFile(
  { reader, catalog }: { reader: ImageReader; catalog: Catalog },
  path: string,
  { skipSettleCheck, isReread, sidecar }: ReadOptions,
): Promise<ReadFile | 'gone' | 'unsettled'> {
  let file = await reader.read({ path, skipSettleCheck, forceDecode: isReread, sidecar })
  if (file.state === 'seen') {
    const known = await catalog.images.contentInfo(file.contentHash)
    const embedded = known?.hasVector ? await embeddedAttributes(reader, file, known) : undefined
    if (embedded === 'changed') return 'unsettled'
    if (embedded !== undefined) {
      const { attributes, attributesVersion } = embedded
      const details = withSidecar(attributes, file.sidecar)
      return {
        record: { ...recordOf(file), ...details, attributesVersion },
        image: undefined,
        windows: [],
      }
    }
    file = await reader.read({ path, skipSettleCheck, forceDecode: true, sidecar })
  }
  if (file.state === 'gone' || file.state === 'unsettled') return file.state
  if (file.state === 'failed') throw new FileFailure(file)
  if (file.state === 'seen') throw new Error('a file that was to be decoded was not')
  return {
    record: {
      ...recordOf(file),
      ...withSidecar(readAttributes(file.metadata), file.sidecar),
      colours: file.metadata.colours,
    },
    image: file.image,
    windows: file.windows,
  }
}

/** The attributes that the bytes of a file have. Those of an image with a sidecar are not kept apart from what the sidecar states. */
async function embeddedAttributes(
  reader: ImageReader,
  { stat: { path, bytes, modifiedAt }, contentHash }: { stat: FileStat; contentHash: string },
  known: ContentInfo,
): Promise<Pick<ContentInfo, 'attributes' | 'attributesVersion'> | 'changed'> {
  if (!known.hasSidecar) return known
  const { width, height, contentType, note } = known.attributes
  const request = { path, bytes, modifiedAt, contentHash, known: { width, height, contentType, note } }
  const read = await reader.readMetadata(request)
  if (read.state === 'changed') return 'changed'
  if (read.state === 'unreadable') return known
  return { attributes: readAttributes(read.metadata), attributesVersion: versionOf(IMAGE_ATTRIBUTES) }
}

function withSidecar(attributes: ImageAttributes, sidecar: Sidecar | undefined) {
  if (sidecar === undefined) return attributes
  return { ...withDetails(attributes, sidecar.details), sidecar: sidecar.version }
}

function recordOf({ stat, contentHash }: { stat: FileStat; contentHash: string }) {
  const { path, bytes, createdAt, modifiedAt, changedAt, inode } = stat
  return {
    path,
    bytes,
    createdAt,
    modifiedAt,
    changedAt,
    inode: String(inode),
    contentHash,
    vector: undefined,
  }
}
