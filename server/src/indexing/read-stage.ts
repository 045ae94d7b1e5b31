import { readAttributes } from '../catalog/attributes.ts'
import type { Catalog, ImageRecord } from '../catalog/catalog.ts'
import { DomainError } from '../errors.ts'
import type { ImageFile } from '../gallery/image-file.ts'
import type { ImageReader } from '../gallery/image-reader.ts'
import type { RgbImage } from '../gallery/resample.ts'
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
}

/**
 * Reads a file. Its bytes are decoded only if their vector is not stored.
 * @throws {FileFailure} if the file is no image that can be read
 */
export async function readFile(
  { reader, catalog }: { reader: ImageReader; catalog: Catalog },
  path: string,
  { skipSettleCheck, isReread }: ReadOptions,
): Promise<ReadFile | 'gone' | 'unsettled'> {
  let file = await reader.read({ path, skipSettleCheck, forceDecode: isReread })
  if (file.state === 'seen') {
    const known = await catalog.images.contentInfo(file.contentHash)
    if (known?.hasVector) {
      const { attributes, attributesVersion } = known
      return {
        record: { ...recordOf(file), ...attributes, attributesVersion },
        image: undefined,
        windows: [],
      }
    }
    file = await reader.read({ path, skipSettleCheck, forceDecode: true })
  }
  if (file.state === 'gone' || file.state === 'unsettled') return file.state
  if (file.state === 'failed') throw new FileFailure(file)
  if (file.state === 'seen') throw new Error('a file that was to be decoded was not')
  return {
    record: { ...recordOf(file), ...readAttributes(file.metadata), colours: file.metadata.colours },
    image: file.image,
    windows: file.windows,
  }
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
