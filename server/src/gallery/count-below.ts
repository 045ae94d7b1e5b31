import { readEntries } from './disk.ts'
import { TRASH_RECORD } from './include.ts'
import { toAbsolute } from './paths.ts'

export interface FilesBelow {
  /** At least this many if `isPartial`. */
  files: number
  /** Paths of the folder itself and of those below it; the first ones if there are many. */
  folders: string[]
  folderCount: number
  /** Path of one of the files. */
  example: string | undefined
  isPartial: boolean
}

/** A larger folder is not counted to its end: its files are not part of the gallery. */
const MAX_ENTRIES = 100_000
const MAX_FOLDER_PATHS = 100

/** Counts the files in a folder that the gallery leaves out, and in all folders below it, by their names alone. */
export async function countFilesBelow(root: string, folder: string): Promise<FilesBelow> {
  const found: FilesBelow = { files: 0, folders: [], folderCount: 0, example: undefined, isPartial: false }
  const waiting = [folder]
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    found.folderCount++
    if (found.folders.length < MAX_FOLDER_PATHS) found.folders.push(path)
    // A folder that can't be read or no longer exists adds nothing to the count.
    const entries = await readEntries(toAbsolute(root, path)).catch(() => [])
    for (const entry of entries) {
      const below = `${path}/${entry.name}`
      if (entry.isDirectory()) waiting.push(below)
      else if (entry.name !== TRASH_RECORD) {
        found.files++
        found.example ??= below
      }
    }
    found.isPartial = found.files + found.folderCount > MAX_ENTRIES
    if (found.isPartial) return found
  }
  return found
}
