import type { Image } from './images.ts'

/** The state of a file when it was last read. A file that still matches is not read again. */
export interface KnownFile {
  path: string
  bytes: number
  modifiedAt: number
  inode: string
  contentHash: string | undefined
  /** A file `without_vector` has no vector in the active space yet. */
  state: 'indexed' | 'without_vector' | 'failed'
  failureCode?: string | undefined
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
  /** Deletes the rows of these paths. @returns the images among them */
  remove(paths: string[]): Promise<Image[]>
  /**
   * Gives a row another path. It keeps its id, vector and thumbnail, and replaces a row that already has that path.
   * @returns false, without any change, if no row has the path `from`
   */
  move(
    from: string,
    to: { path: string; inode: string; modifiedAt: number; createdAt: number },
  ): Promise<boolean>
}
