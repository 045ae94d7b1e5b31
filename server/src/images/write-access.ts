import { access, constants } from 'node:fs/promises'
import { systemCodeOf } from '../errors.ts'
import { directoriesOf } from '../gallery/directories.ts'
import { toSystemPath } from '../gallery/file-names.ts'
import { ROOT, toAbsolute } from '../gallery/paths.ts'

/** How long a result is used again. */
const MAX_AGE_MS = 5_000
const DENIED = ['EROFS', 'EACCES', 'EPERM']

/** Returns the folders at the top of the gallery in which no file can be added or deleted; `.` is the watched folder. */
export type ReadOnlyFolders = () => Promise<string[]>

/** While a drive does not answer, the last result is returned. */
export function createReadOnlyFolders(root: string): ReadOnlyFolders {
  let last: string[] = []
  let checkedAt = Number.NEGATIVE_INFINITY
  let isChecking = false
  return async () => {
    if (isChecking || performance.now() - checkedAt < MAX_AGE_MS) return last
    isChecking = true
    try {
      const tops = [ROOT, ...directoriesOf(root).map(({ name }) => name)]
      const areReadOnly = await Promise.all(tops.map((top) => isReadOnly(toAbsolute(root, top))))
      last = tops.filter((_, n) => areReadOnly[n])
      checkedAt = performance.now()
    } finally {
      isChecking = false
    }
    return last
  }
}

/** An absent folder is reported elsewhere. */
async function isReadOnly(folder: string): Promise<boolean> {
  try {
    await access(toSystemPath(folder), constants.W_OK)
    return false
  } catch (error) {
    return DENIED.includes(systemCodeOf(error) ?? '')
  }
}
