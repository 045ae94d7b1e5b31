import type { FileStat } from '../gallery/stat-file.ts'

/** A file at one time. A file that changes becomes another version. */
export type FileVersion = Pick<FileStat, 'path' | 'bytes' | 'modifiedAt'> & {
  /** Whether the file is decoded even if its bytes are known. */
  isReread?: boolean
}

/** Fate of a version: `gone` before it could be read, `left` to a later scan for a reason that is not its own. */
export type FileOutcome = 'done' | 'gone' | { left: unknown }

/** Returns a key that only equal versions share. */
export function versionKey({ path, bytes, modifiedAt }: FileVersion): string {
  return `${bytes} ${modifiedAt} ${path}`
}

export function isSameVersion(a: FileVersion, b: FileVersion): boolean {
  return a.path === b.path && a.bytes === b.bytes && a.modifiedAt === b.modifiedAt
}
