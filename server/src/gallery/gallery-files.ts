import { hashOfFile } from '../hashing.ts'
import { toSystemPath } from './file-names.ts'
import type { IncludeRules } from './include.ts'
import { toAbsolute } from './paths.ts'
import { type FileStat, statFile } from './stat-file.ts'

/** The files of the gallery, on a disk of this machine or on a server. */
export interface GalleryFiles {
  /** @returns undefined if the path is not a file of the gallery (any more) @throws if disk or server do not answer */
  stat(path: string): Promise<FileStat | undefined>
  /** SHA-256 of the bytes, in hexadecimal digits. @returns undefined if the file cannot be read */
  hash(path: string): Promise<string | undefined>
}

export function localFiles(root: string, walk: IncludeRules): GalleryFiles {
  return {
    stat: (path) => statFile(root, path, walk),
    hash: (path) => hashOfFile(toSystemPath(toAbsolute(root, path))).catch(() => undefined),
  }
}
