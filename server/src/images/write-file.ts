import { open, unlink, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { DomainError, type ErrorCode, systemCodeOf } from '../errors.ts'
import { isNoAnswer } from '../gallery/drive-timeout.ts'
import { toSystemPath } from '../gallery/file-names.ts'
import { openOrdinaryFile } from '../hashing.ts'
import { moveToFreeName, temporaryIn } from './free-name.ts'

/** A complete file under a hidden name, which the gallery leaves out. */
export interface StagedFile {
  /**
   * Gives the file its name in the same folder, once.
   * @throws {DomainError} `image_exists` if the name is taken; as `writeFailure`
   */
  publish(file: string): Promise<void>
  /** Removes the file if it has not been published. */
  discard(): Promise<void>
}

/**
 * Writes a new file into a folder and flushes it to the disk, since the client may delete its copy afterwards.
 * @throws {DomainError} as `writeFailure`
 */
export async function stageFile(folder: string, bytes: Uint8Array): Promise<StagedFile> {
  const temporary = temporaryIn(folder)
  // A temporary file that remains does no harm.
  const discard = () => unlink(temporary).catch(() => {})
  try {
    await writeFile(temporary, bytes, { flag: 'wx', flush: true })
  } catch (error) {
    await discard()
    throw writeFailure(error)
  }
  return {
    discard,
    async publish(file) {
      try {
        await moveToFreeName(temporary, toSystemPath(file), { mayRemain: true })
      } catch (error) {
        if (systemCodeOf(error) !== 'EEXIST') throw writeFailure(error)
        throw new DomainError('image_exists', 'A file of this name is already in this folder.', {
          cause: error,
        })
      }
      // Some systems and drives cannot sync a folder.
      await sync(toSystemPath(dirname(file))).catch(() => {})
    },
  }
}

/** Whether a file holds exactly these bytes. A file that is gone or cannot be read does not. */
export async function hasBytes(file: string, bytes: Uint8Array): Promise<boolean> {
  const opened = await openOrdinaryFile(toSystemPath(file)).catch(() => undefined)
  if (opened === undefined) return false
  try {
    const { size } = await opened.stat()
    return size === bytes.length && Buffer.compare(await opened.readFile(), bytes) === 0
  } finally {
    await opened.close()
  }
}

async function sync(path: string | Buffer): Promise<void> {
  const handle = await open(path)
  await handle.sync().finally(() => handle.close())
}

/** Turns an error of the file system that users can understand into a domain error; returns others unchanged. */
export function writeFailure(error: unknown): unknown {
  if (isNoAnswer(error)) return failure('gallery_unavailable', 'its drive does not answer')
  switch (systemCodeOf(error)) {
    case 'EACCES':
    case 'EPERM':
      return failure('permission_denied', 'the server may not write there')
    case 'EROFS':
      return failure('permission_denied', 'it is read-only')
    case 'ENOENT':
    case 'ENOTDIR':
      return failure('directory_not_found', 'the folder is gone')
    case 'ENOSPC':
    case 'EDQUOT':
      return failure('storage_unavailable', 'its disk is full')
    case 'EIO':
    case 'ESTALE':
      return failure('gallery_unavailable', 'its drive does not answer')
    // Some file systems take fewer bytes than others, such as those that encrypt names.
    case 'ENAMETOOLONG':
      return new DomainError('invalid_path', 'The name is too long for this drive: give a shorter one.', {
        cause: error,
      })
    default:
      return error
  }

  function failure(domainCode: ErrorCode, reason: string): DomainError {
    return new DomainError(domainCode, `This folder of the gallery can’t be changed: ${reason}.`, {
      cause: error,
    })
  }
}
