import { randomUUID } from 'node:crypto'
import { constants } from 'node:fs'
import { copyFile, link, open, unlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { DomainError, type ErrorCode, systemCodeOf } from '../errors.ts'
import { isNoAnswer } from '../gallery/drive-timeout.ts'
import { toSystemPath } from '../gallery/file-names.ts'
import { openOrdinaryFile } from '../hashing.ts'

/**
 * Writes a new file and flushes it to the disk, since the client may delete its copy afterwards. The file appears under
 * its name when it is complete.
 * @throws {DomainError} `image_exists` if the name is taken; as `writeFailure`
 */
export async function writeNew(file: string, bytes: Uint8Array): Promise<void> {
  const target = toSystemPath(file)
  const temporary = toSystemPath(join(file, '..', `.${randomUUID()}.upload`))
  try {
    await writeFile(temporary, bytes, { flag: 'wx', flush: true })
    await link(temporary, target).catch((error) => {
      const hasNoLinks = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'].includes(
        systemCodeOf(error) ?? '',
      )
      if (!hasNoLinks) throw error
      return copyFile(temporary, target, constants.COPYFILE_EXCL).then(() => sync(target))
    })
    // Some systems and drives cannot sync a folder.
    await sync(toSystemPath(dirname(file))).catch(() => {})
  } catch (error) {
    if (systemCodeOf(error) !== 'EEXIST') throw writeFailure(error)
    throw new DomainError('image_exists', 'A file of this name is already in this folder.', { cause: error })
  } finally {
    // The gallery leaves hidden names out, so that a remaining temporary file does no harm.
    await unlink(temporary).catch(() => {})
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
  const code = systemCodeOf(error)
  switch (code) {
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return failure('permission_denied', `the server may not write there (${code})`)
    case 'ENOENT':
    case 'ENOTDIR':
      return failure('directory_not_found', 'the folder is gone')
    case 'ENOSPC':
    case 'EDQUOT':
      return failure('storage_unavailable', 'its disk is full')
    case 'EIO':
    case 'ESTALE':
      return failure('gallery_unavailable', `its drive does not answer (${code})`)
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
