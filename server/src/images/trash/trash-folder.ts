import { randomUUID } from 'node:crypto'
import { constants } from 'node:fs'
import {
  copyFile,
  lstat,
  mkdir,
  open,
  opendir,
  readFile,
  rename,
  rm,
  rmdir,
  utimes,
  writeFile,
} from 'node:fs/promises'
import { join } from 'node:path'
import type { TrashPlace } from '../../catalog/catalog.ts'
import { DomainError, systemCodeOf } from '../../errors.ts'
import * as disk from '../../gallery/disk.ts'
import { withTimeout } from '../../gallery/drive-timeout.ts'
import { toSystemPath } from '../../gallery/file-names.ts'
import { TRASH_FOLDER, TRASH_RECORD } from '../../gallery/include.ts'
import { directoryOf, isTop, joinPath, nameOf, toAbsolute } from '../../gallery/paths.ts'
import { moveToFreeName, temporaryIn } from '../free-name.ts'

/** The trash folder can't be made or written to there, or is on another file system after all. */
const CANNOT_WRITE = new Set(['EACCES', 'EPERM', 'EROFS', 'EXDEV', 'ENOSPC', 'ENAMETOOLONG'])

/** The folder was never made, or has a file in it. */
const LEAVES_FOLDER = new Set(['ENOENT', 'ENOTEMPTY', 'EEXIST'])

const MAX_RECORD_BYTES = 100_000

/** Moves files of the gallery into the trash and back. Errors are those of the file system. */
export interface TrashFolder {
  /** Returns a new place at the top of the drive of a file. Nothing is written. */
  newPlace(path: string): Promise<TrashPlace>
  /** @returns false if the drive can't take the file into its trash */
  moveIn(path: string, to: TrashPlace, record: string): Promise<boolean>
  /** Copies a file into the data directory. */
  copyIn(path: string, record: string): Promise<TrashPlace>
  /** Whether the trash has this file. One that can't be examined counts as there. */
  has(place: TrashPlace): Promise<boolean>
  /**
   * Whether this process can remove the file of a place. It can't if its drive is not mounted: then its folder is missing, empty or
   * unreadable. Nor can it if the file is in the data directory of another process.
   */
  isPresent(place: TrashPlace): Promise<boolean>
  /** @returns false if the path is taken; `gone` if the trash has no such file */
  takeOut(from: TrashPlace, path: string): Promise<boolean | 'gone'>
  /**
   * Files in the trash at the top of a drive; without a top, in the data directory.
   * @returns undefined if there is no trash that can be read
   */
  places(top: string | undefined): Promise<TrashPlace[] | undefined>
  /**
   * The record of a file.
   * @returns undefined if there is none, if it is not an ordinary file, is too large, or can't be read
   */
  record(place: TrashPlace): Promise<string | undefined>
  /** Deletes a file for good. */
  remove(place: TrashPlace): Promise<void>
}

export interface TrashFolderOptions {
  root: string
  /** Takes files of which the gallery's own trash can't be written. */
  dataFolder: string
  /** Whether other processes use the same catalog, with data directories of their own. */
  isShared: boolean
}

export function createTrashFolder({ root, dataFolder, isShared }: TrashFolderOptions): TrashFolder {
  const pathOf = ({ place, file }: TrashPlace) =>
    place === 'gallery' ? toAbsolute(root, file) : join(dataFolder, file)
  const absolute = (place: TrashPlace) => toSystemPath(pathOf(place))
  const recordOf = (place: TrashPlace) => absolute(besideIt(place))

  return {
    async newPlace(path) {
      const top = await topOfMount(root, path)
      return { place: 'gallery', file: joinPath(top, `${TRASH_FOLDER}/${randomUUID()}/${nameOf(path)}`) }
    },

    async moveIn(path, to, record) {
      try {
        await makeFolder(root, directoryOf(to.file))
        await writeFile(recordOf(to), record)
        await rename(toSystemPath(toAbsolute(root, path)), absolute(to))
        return true
      } catch (error) {
        // A network drive may report an error for a rename that it has carried out.
        if (await exists(absolute(to))) return true
        await removeUnlessUsed(absolute({ ...to, file: directoryOf(to.file) }), recordOf(to))
        if (!CANNOT_WRITE.has(systemCodeOf(error) ?? '')) throw error
        return false
      }
    },

    async copyIn(path, record) {
      const to = { place: 'data', file: `${randomUUID()}/${nameOf(path)}` } as const
      await mkdir(toSystemPath(join(dataFolder, directoryOf(to.file))), { recursive: true, mode: 0o700 })
      try {
        await copyDurably(toSystemPath(toAbsolute(root, path)), absolute(to))
        // Without its record, a part of a copy is no file of the trash.
        await writeFile(recordOf(to), record)
        return to
      } catch (error) {
        await this.remove(to)
        throw error
      }
    },

    async has(place) {
      try {
        await disk.lstat(pathOf(place))
        return true
      } catch (error) {
        return systemCodeOf(error) !== 'ENOENT'
      }
    },

    async isPresent({ place, file }) {
      if (place === 'data') return !isShared || this.has({ place, file })
      return isMounted(root, directoryOf(directoryOf(directoryOf(file))))
    },

    async takeOut(from, path) {
      // No folder is made for a file that is gone.
      if (!(await this.has(from))) return 'gone'
      try {
        await makeFolder(root, directoryOf(path))
        await moveOut(absolute(from), root, path)
      } catch (error) {
        if (systemCodeOf(error) === 'EEXIST') return false
        if (systemCodeOf(error) === 'ENOENT') return 'gone'
        throw error
      }
      await this.remove(from)
      return true
    },

    places: (top) => placesIn(root, dataFolder, top),

    record: (place) => withTimeout(pathOf(place), () => readRecord(recordOf(place))),

    async remove({ place, file }) {
      await rm(absolute({ place, file: directoryOf(file) }), { recursive: true, force: true })
    },
  }
}

async function isMounted(root: string, top: string): Promise<boolean> {
  const path = toAbsolute(root, top)
  try {
    return await withTimeout(path, async () => {
      const folder = await opendir(toSystemPath(path))
      return (await folder.read().finally(() => folder.close())) !== null
    })
  } catch {
    return false
  }
}

/** Whether a file is there for certain. */
export function exists(path: string | Buffer): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  )
}

/** Removes the folder of a file that was not moved there, with its record. Not recursively: the file may be there after all. */
async function removeUnlessUsed(folder: string | Buffer, record: string | Buffer): Promise<void> {
  try {
    await rm(record, { force: true })
    await rmdir(folder)
  } catch (error) {
    if (!LEAVES_FOLDER.has(systemCodeOf(error) ?? '')) throw error
  }
}

/** Place of the record of a file. */
const besideIt = ({ place, file }: TrashPlace): TrashPlace => ({
  place,
  file: joinPath(directoryOf(file), TRASH_RECORD),
})

async function placesIn(
  root: string,
  dataFolder: string,
  top: string | undefined,
): Promise<TrashPlace[] | undefined> {
  if (top === undefined) return (await filesIn(dataFolder))?.map((file) => ({ place: 'data', file }))
  const folder = joinPath(top, TRASH_FOLDER)
  const files = await filesIn(toAbsolute(root, folder))
  return files?.map((file) => ({ place: 'gallery', file: `${folder}/${file}` }))
}

async function readRecord(file: string | Buffer): Promise<string | undefined> {
  const info = await lstat(file).catch(() => undefined)
  // A pipe would never end.
  if (!info?.isFile() || info.size > MAX_RECORD_BYTES) return undefined
  return readFile(file, 'utf8').catch(() => undefined)
}

/** Paths of the files in the folders of a trash, without records. Links are not followed. @returns undefined if it can't be read */
async function filesIn(trash: string): Promise<string[] | undefined> {
  if (!(await disk.lstat(trash).catch(() => undefined))?.isDirectory()) return undefined
  const folders = await disk.readEntries(trash).catch(() => undefined)
  if (folders === undefined) return undefined
  const files: string[] = []
  for (const folder of folders) {
    if (!folder.isDirectory()) continue
    // A folder that is gone by now, or can't be read, has nothing to list.
    const entries = await disk.readEntries(join(trash, folder.name)).catch(() => [])
    for (const entry of entries)
      if (entry.isFile() && entry.name !== TRASH_RECORD) files.push(`${folder.name}/${entry.name}`)
  }
  return files
}

/** Returns the highest folder of the gallery, or of its directory, on the file system of a file: renaming works only there. */
async function topOfMount(root: string, path: string): Promise<string> {
  const deviceOf = async (directory: string) => (await disk.stat(toAbsolute(root, directory))).dev
  let top = directoryOf(path)
  const device = await deviceOf(top)
  while (!isTop(root, top) && (await deviceOf(directoryOf(top))) === device) top = directoryOf(top)
  return top
}

/**
 * Creates a folder and those above it, but not the top of the gallery or of a drive. With `recursive`, Node would report a
 * read-only drive as ENOENT.
 */
async function makeFolder(root: string, folder: string): Promise<void> {
  try {
    await mkdir(toSystemPath(toAbsolute(root, folder)))
  } catch (error) {
    if (systemCodeOf(error) === 'EEXIST') return
    if (systemCodeOf(error) !== 'ENOENT') throw error
    if (isTop(root, folder))
      throw new DomainError('gallery_unavailable', `The folder ${JSON.stringify(folder)} is not there.`)
    await makeFolder(root, directoryOf(folder))
    await makeFolder(root, folder)
  }
}

/** Moves a file to a path of the gallery. From another drive it is copied, and gets its name when it is complete. */
async function moveOut(from: string | Buffer, root: string, path: string): Promise<void> {
  const to = toSystemPath(toAbsolute(root, path))
  try {
    return await moveToFreeName(from, to)
  } catch (error) {
    if (systemCodeOf(error) !== 'EXDEV') throw error
  }
  const temporary = temporaryIn(toAbsolute(root, directoryOf(path)))
  try {
    await copyDurably(from, temporary)
    await moveToFreeName(temporary, to)
  } finally {
    await rm(temporary, { force: true })
  }
}

async function copyDurably(from: string | Buffer, to: string | Buffer): Promise<void> {
  await copyFile(from, to, constants.COPYFILE_EXCL)
  const { atime, mtime } = await lstat(from)
  await utimes(to, atime, mtime)
  const handle = await open(to)
  await handle.sync().finally(() => handle.close())
}
