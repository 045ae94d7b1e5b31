import type { FileStat } from '../gallery/stat-file.ts'

/** A file at one time. A file that changes becomes another version. */
export type FileVersion = Pick<FileStat, 'path' | 'bytes' | 'modifiedAt' | 'sidecar'> & {
  /** Whether the file is decoded even if its bytes are known. */
  isReread?: boolean
}

/** Fate of a version: `gone` before it could be read, `left` to a later scan for a reason that is not its own. */
export type FileOutcome = 'done' | 'gone' | { left: unknown }

/** Returns a key that only equal versions share. */
export function versionKey({ path, bytes, modifiedAt, sidecar }: FileVersion): string {
  return `${bytes} ${modifiedAt} ${sidecar ?? ''} ${path}`
}

export function isSameVersion(a: FileVersion, b: FileVersion): boolean {
  return versionKey(a) === versionKey(b)
}
