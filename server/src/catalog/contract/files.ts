import type { LeftOutRule } from '../../gallery/include.ts'
import type { Image } from './images.ts'

/** The state of a file when it was last read. A file that still matches is not read again. */
export interface KnownFile {
  path: string
  bytes: number
  modifiedAt: number
  /** Undefined in rows of earlier versions. */
  changedAt?: number | undefined
  inode: string
  contentHash: string | undefined
  /** Version of the XMP file beside it, as it was read. */
  sidecar?: string | undefined
  /** A file `without_vector` has no vector in the active space yet. */
  state: 'indexed' | 'without_vector' | 'failed'
  failureCode?: string | undefined
}

/** Files of one folder that are left out under one rule, or a folder that is left out as a whole. */
export interface LeftOutRow {
  /** The folder whose listing has found this. */
  directory: string
  /** The folder that is left out; for single files, the same as `directory`. */
  path: string
  rule: LeftOutRule
  files: number
  /** Path of one of the files. */
  example: string
  isFolder: boolean
  reason: string | undefined
}

/** All files that are left out under one rule. */
interface LeftOutSum {
  rule: LeftOutRule
  files: number
  example: string
}

/** A path with the state of the file there. Times are milliseconds since 1970. */
export interface MovedFile {
  path: string
  inode: string
  modifiedAt: number
  changedAt?: number | undefined
}

/** Files of the gallery, readable or not, for comparison with the folder. */
export interface FileStore {
  /** Files directly in a folder, failed ones included. */
  inFolder(directory: string): Promise<KnownFile[]>
  /** The number of files that `inFolder` returns. */
  countInFolder(directory: string): Promise<number>
  /** Rows of some paths, failed files included. */
  at(paths: string[]): Promise<KnownFile[]>
  /** Rows by the identity that the file system gives a file, which survives renaming. */
  byInode(inodes: string[]): Promise<KnownFile[]>
  /** Folders that contain known files: `under` and those below it. */
  folders(under: string): Promise<string[]>
  /** Folders of the gallery at which other drives were mounted. */
  mountPoints(): Promise<string[]>
  /** Replaces the list of mount points. */
  saveMountPoints(directories: string[]): Promise<void>
  /** Stores the time of the last change of files whose rows are otherwise up to date. */
  saveChangeTimes(files: { path: string; changedAt: number }[]): Promise<void>
  leftOut(): Promise<LeftOutRow[]>
  /** Replaces the stored rows of some folders. @param rows of these folders only */
  saveLeftOut(directories: string[], rows: LeftOutRow[]): Promise<void>
  /** Sums by rule, and folders that are left out as a whole, ordered by path. */
  leftOutSums(maxFolders: number): Promise<{ sums: LeftOutSum[]; folders: LeftOutRow[] }>
  /** Deletes the rows of these paths. @returns the images among them */
  remove(paths: string[]): Promise<Image[]>
  /**
   * Gives a row another path. It keeps its id, vector and thumbnail, and replaces a row that already has that path.
   * @returns hashes of other contents that the replaced rows had; undefined, without any change, if no row has the path `from`
   */
  move(from: string, to: MovedFile): Promise<string[] | undefined>
}
