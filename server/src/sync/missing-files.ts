import type { KnownFile } from '../catalog/catalog.ts'

/** Missing files that are kept in the index until they are back or a user confirms their removal. */
export interface MassRemoval {
  /** Number of files. */
  missing: number
  known: number
  /**
   * Tops of the gallery and mount points in it whose files are missing, as paths of the gallery. Empty if the files are missing elsewhere;
   * undefined if an earlier version reports them.
   */
  places?: readonly string[]
}

/** Indexed files that are not at the paths of their rows: moved perhaps, or deleted. */
export interface MissingFiles {
  readonly size: number
  note(row: KnownFile): void
  /** Ends the wait for a file: it is back, its row has another path, or its removal is decided now. */
  release(path: string): void
  has(path: string): boolean
  rows(): KnownFile[]
  /** @param before in the time of `performance.now()` */
  missingSince(before: number): KnownFile[]
}

export function createMissingFiles(): MissingFiles {
  /** By path, with the time at which the file was first missed. */
  const missing = new Map<string, { row: KnownFile; since: number }>()
  return {
    get size() {
      return missing.size
    },
    note(row) {
      missing.set(row.path, { row, since: missing.get(row.path)?.since ?? performance.now() })
    },
    release: (path) => void missing.delete(path),
    has: (path) => missing.has(path),
    rows: () => [...missing.values()].map(({ row }) => row),
    missingSince: (before) =>
      [...missing.values()].filter(({ since }) => since <= before).map(({ row }) => row),
  }
}
