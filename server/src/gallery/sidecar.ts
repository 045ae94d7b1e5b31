import { lstatSync } from 'node:fs'
import { DomainError, systemCodeOf } from '../errors.ts'
import type { FileDetails } from './details/file-details.ts'
import { readXmp } from './details/xmp.ts'
import { toSystemPath } from './file-names.ts'
import type { FileStat } from './stat-file.ts'

/** Which photo programs write beside a picture rather than into it. A place has both coordinates. */
export type SidecarDetails = Pick<
  FileDetails,
  'title' | 'caption' | 'keywords' | 'rating' | 'capturedAt' | 'capturedOffset' | 'latitude' | 'longitude'
>

/** The XMP file beside a picture. */
export interface Sidecar {
  /** Changes when the file does. */
  version: string
  details: SidecarDetails
}

/** A file that is open for reading. */
interface SidecarFile {
  stat(): Pick<FileStat, 'bytes' | 'modifiedAt'> | undefined
  read(): Buffer
  close(): void
}

const ENDINGS = ['.xmp', '.XMP']
/** Histories of edits can be long; more than this is no sidecar. */
const MAX_BYTES = 1024 * 1024

/** Paths at which the sidecar of a picture may be, best first: `photo.jpg.xmp`, then `photo.xmp`, which a raw photo may share. */
export function sidecarPaths(path: string): string[] {
  const dot = path.lastIndexOf('.')
  const stem = dot > path.lastIndexOf('/') + 1 ? path.slice(0, dot) : path
  return [path, stem].flatMap((begin) => ENDINGS.map((ending) => begin + ending))
}

export function isSidecar(path: string): boolean {
  return ENDINGS.some((ending) => path.endsWith(ending))
}

function sidecarVersion({ bytes, modifiedAt }: Pick<FileStat, 'bytes' | 'modifiedAt'>): string {
  return `${bytes} ${modifiedAt}`
}

interface FilesWithSidecars {
  files: FileStat[]
  /** Paths of the sidecars of these files. */
  read: ReadonlySet<string>
}

/** Adds to each file of a folder the version of its sidecar, null without one. @param others the other files of the folder */
export function withSidecars(files: readonly FileStat[], others: readonly FileStat[]): FilesWithSidecars {
  const sidecars = new Map(others.filter(({ path }) => isSidecar(path)).map((file) => [file.path, file]))
  const read = new Set<string>()
  const withVersions = files.map((file) => {
    const found = sidecars.size === 0 ? undefined : sidecarPaths(file.path).find((path) => sidecars.has(path))
    if (found === undefined) return { ...file, sidecar: null }
    read.add(found)
    return { ...file, sidecar: sidecarVersion(sidecars.get(found)!) }
  })
  return { files: withVersions, read }
}

/**
 * Reads the sidecar of a picture. One that is no XMP states nothing, and one that cannot be read counts as absent, as in the
 * listing of its folder. Blocks until the disk answers.
 * @param absolute returns the absolute path of a path of the gallery
 */
export function readSidecar(
  path: string,
  absolute: (path: string) => string,
  open: (path: string) => SidecarFile | undefined,
): Sidecar | undefined {
  try {
    const found = sidecarPaths(path).find((candidate) => isFile(toSystemPath(absolute(candidate))))
    const file = found === undefined ? undefined : open(found)
    return file === undefined ? undefined : readOpened(file)
  } catch (error) {
    if (error instanceof DomainError || systemCodeOf(error) !== undefined) return undefined
    throw error
  }
}

function isFile(path: string | Buffer): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false })?.isFile() === true
  } catch (error) {
    // No file has such a name, although the picture's own name is short enough.
    if (systemCodeOf(error) === 'ENAMETOOLONG') return false
    throw error
  }
}

function readOpened(file: SidecarFile): Sidecar | undefined {
  try {
    const stat = file.stat()
    if (stat === undefined) return undefined
    return { version: sidecarVersion(stat), details: stat.bytes > MAX_BYTES ? {} : detailsOf(file.read()) }
  } finally {
    file.close()
  }
}

function detailsOf(bytes: Buffer): SidecarDetails {
  try {
    const { title, caption, keywords, rating, capturedAt, capturedOffset, latitude, longitude } =
      readXmp(bytes)
    const hasPlace = latitude !== undefined && longitude !== undefined
    return {
      ...{ title, caption, keywords, rating, capturedAt, capturedOffset },
      ...(hasPlace && { latitude, longitude }),
    }
  } catch {
    // Another program may be writing it, or it is of another kind; its next version is read again.
    return {}
  }
}
