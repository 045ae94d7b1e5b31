import type { FileStat } from '../gallery/stat-file.ts'

/** A file at one time. A file that changes becomes another version. */
export type FileVersion = Pick<FileStat, 'path' | 'bytes' | 'modifiedAt' | 'sidecar'> & {
  /** Whether the file is decoded even if its bytes are known. */
  isReread?: boolean
}

/**
 * Fate of a version: `gone` before it could be read, `unsettled` while it is still being written to, `left` to a later scan for a reason
 * that is not its own.
 */
export type FileOutcome = 'done' | 'gone' | 'unsettled' | { left: unknown }

/** Returns a key that only equal versions share. */
function versionKey({ path, bytes, modifiedAt, sidecar }: FileVersion): string {
  return `${bytes} ${modifiedAt} ${sidecar ?? ''} ${path}`
}

/** Returns a key of what is to be done: a reread is not done by indexing the same version. */
export function jobKey(version: FileVersion): string {
  return `${version.isReread ? 'reread ' : ''}${versionKey(version)}`
}

/** Returns what is to be done instead of both: the newer version, which is reread if the earlier one was to be. */
export function inPlaceOf(
  earlier: FileVersion | undefined,
  newer: FileVersion | undefined,
): FileVersion | undefined {
  return earlier?.isReread ? { ...(newer ?? earlier), isReread: true } : newer
}

export function isSameVersion(a: FileVersion, b: FileVersion): boolean {
  return versionKey(a) === versionKey(b)
}
