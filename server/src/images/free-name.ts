import { randomUUID } from 'node:crypto'
import { link, lstat, open, rename, rm, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { systemCodeOf } from '../errors.ts'
import { toSystemPath } from '../gallery/file-names.ts'

/** The file system has no hard links, or no further one to this file. */
const HAS_NO_LINKS = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'])

/** A name in a folder for a file that is being written. The gallery leaves hidden names out. */
export function temporaryIn(folder: string): string | Buffer {
  return toSystemPath(join(folder, `.${randomUUID()}.upload`))
}

/**
 * Moves a complete file to a name on the same file system that must be free. A process that ends in between leaves no part of a file
 * under that name.
 * @param mayRemain whether the former name may stay beside the new one
 * @throws {Error} of the file system: `EEXIST` if the name is taken, `EXDEV` if it is on another file system
 */
export async function moveToFreeName(
  from: string | Buffer,
  to: string | Buffer,
  { mayRemain = false } = {},
): Promise<void> {
  // A link can't replace an existing file, a rename would.
  try {
    await link(from, to)
  } catch (error) {
    if (!HAS_NO_LINKS.has(systemCodeOf(error) ?? '')) throw error
    return renameToFreeName(from, to)
  }
  await unlink(from).catch((error) => {
    if (!mayRemain) throw error
  })
}

/** Takes the name with an empty file, which the rename replaces at once. */
async function renameToFreeName(from: string | Buffer, to: string | Buffer): Promise<void> {
  await open(to, 'wx').then((file) => file.close())
  try {
    await rename(from, to)
  } catch (error) {
    const [source, target] = [await sizeOf(from), await sizeOf(to)]
    // A network drive may report an error for a rename that it has carried out.
    if (source === undefined && target !== 0) return
    if (target === 0) await rm(to, { force: true })
    throw error
  }
}

async function sizeOf(file: string | Buffer): Promise<number | undefined> {
  return lstat(file).then(
    ({ size }) => size,
    () => undefined,
  )
}
