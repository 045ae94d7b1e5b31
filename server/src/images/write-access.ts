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

/** Where no file can be added or deleted. */
interface ReadOnlyParts {
  /** Folders at the tops of the gallery and of the drives in it; `.` is the watched folder. */
  folders: string[]
  /** Whether nothing can be added or deleted in any of them: all others are absent. */
  isAll: boolean
}

export type ReadOnlyFolders = () => Promise<ReadOnlyParts>

/** While a drive or the database does not answer, the last result is returned. */
export function createReadOnlyFolders(root: string, mountPoints: () => Promise<string[]>): ReadOnlyFolders {
  let last: ReadOnlyParts = { folders: [], isAll: false }
  let checkedAt = Number.NEGATIVE_INFINITY
  let isChecking = false
  return async () => {
    if (isChecking || performance.now() - checkedAt < MAX_AGE_MS) return last
    isChecking = true
    return pTimeout(check(), { milliseconds: MAX_WAIT_MS, fallback: () => last })
  }

  async function check(): Promise<ReadOnlyParts> {
    const directories = directoriesOf(root).map(({ name }) => name)
    const drives = await mountPoints().catch(() => last.folders)
    const tops = [...new Set([ROOT, ...directories, ...drives.toSorted()])]
    const accesses = await Promise.all(
      tops.map((top) => accessTo(toAbsolute(root, top), last.folders.includes(top))),
    )
    const folders = tops.filter((_, n) => accesses[n] === 'read-only')
    last = { folders, isAll: folders.includes(ROOT) && !accesses.includes('writable') }
    checkedAt = performance.now()
    isChecking = false
    return last
  }
}

/** An absent folder is reported elsewhere. @param wasReadOnly the result while the drive does not answer */
async function accessTo(folder: string, wasReadOnly: boolean): Promise<'writable' | 'read-only' | 'absent'> {
  return assertWritable(folder).then(
    () => 'writable',
    (error) => {
      if (isNoAnswer(error)) return wasReadOnly ? 'read-only' : 'writable'
      return DENIED.includes(systemCodeOf(error) ?? '') ? 'read-only' : 'absent'
    },
  )
}

const assertWritable = (folder: string) => disk.access(folder, constants.W_OK)

/** @throws {Error} of the file system if no file can be added to the folder of a file, or removed from it */
export async function assertFolderWritable(root: string, path: string): Promise<void> {
  await assertWritable(toAbsolute(root, directoryOf(path)))
}
