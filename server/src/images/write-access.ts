import { constants } from 'node:fs'
import pTimeout from 'p-timeout'
import { systemCodeOf } from '../errors.ts'
import { directoriesOf } from '../gallery/directories.ts'
import * as disk from '../gallery/disk.ts'
import { isNoAnswer } from '../gallery/drive-timeout.ts'
import { directoryOf, ROOT, toAbsolute } from '../gallery/paths.ts'

/** How long a result is used again. */
const MAX_AGE_MS = 5_000
/** A drive that answers later is reported the next time. */
const MAX_WAIT_MS = 1_000
const DENIED = ['EROFS', 'EACCES', 'EPERM']

/**
 * Returns the folders at the tops of the gallery and of the drives in it in which no file can be added or deleted; `.` is the watched
 * folder.
 */
export type ReadOnlyFolders = () => Promise<string[]>

/** While a drive or the database does not answer, the last result is returned. */
export function createReadOnlyFolders(root: string, mountPoints: () => Promise<string[]>): ReadOnlyFolders {
  let last: string[] = []
  let checkedAt = Number.NEGATIVE_INFINITY
  let isChecking = false
  return async () => {
    if (isChecking || performance.now() - checkedAt < MAX_AGE_MS) return last
    isChecking = true
    return pTimeout(check(), { milliseconds: MAX_WAIT_MS, fallback: () => last })
  }

  async function check(): Promise<string[]> {
    const directories = directoriesOf(root).map(({ name }) => name)
    const drives = await mountPoints().catch(() => last)
    const tops = [...new Set([ROOT, ...directories, ...drives.toSorted()])]
    const areReadOnly = await Promise.all(
      tops.map((top) => isReadOnly(toAbsolute(root, top), last.includes(top))),
    )
    last = tops.filter((_, n) => areReadOnly[n])
    checkedAt = performance.now()
    isChecking = false
    return last
  }
}

/** An absent folder is reported elsewhere. @param before the result while the drive does not answer */
async function isReadOnly(folder: string, before: boolean): Promise<boolean> {
  return assertWritable(folder).then(
    () => false,
    (error) => (isNoAnswer(error) ? before : DENIED.includes(systemCodeOf(error) ?? '')),
  )
}

const assertWritable = (folder: string) => disk.access(folder, constants.W_OK)

/** @throws {Error} of the file system if no file can be added to the folder of a file, or removed from it */
export async function assertFolderWritable(root: string, path: string): Promise<void> {
  await assertWritable(toAbsolute(root, directoryOf(path)))
}
