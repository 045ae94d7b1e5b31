import type { FileStat } from '../gallery/stat-file.ts'

/** Files that came a while ago: one may still turn out to be the new place of a file that is deleted now, moved as copy and deletion. */
export interface RecentArrivals {
  add(files: readonly FileStat[]): void
  /** What was found to have moved is no newcomer, or remains the one that it was. */
  rename(from: string, to: FileStat): void
  /** Whether a file came before another did; those that were there from the start came first. */
  isOlder(path: string, than: string): boolean
  recent(): FileStat[]
}

const KEPT_FOR_MS = 10 * 60_000
const RETENTION = 100_000

export function createRecentArrivals(): RecentArrivals {
  const byPath = new Map<string, { file: FileStat; since: number }>()
  const since = (path: string, otherwise: number) => byPath.get(path)?.since ?? otherwise
  return {
    add(files) {
      const now = Date.now()
      for (const file of files) byPath.set(file.path, { file, since: now })
      for (const path of byPath.keys()) {
        if (byPath.size <= RETENTION) break
        byPath.delete(path)
      }
    },
    rename(from, to) {
      const earlier = byPath.get(from)
      byPath.delete(from)
      if (earlier === undefined) byPath.delete(to.path)
      else byPath.set(to.path, { file: to, since: earlier.since })
    },
    isOlder: (path, than) => since(path, 0) < since(than, Infinity),
    recent() {
      const oldest = Date.now() - KEPT_FOR_MS
      for (const [path, { since }] of byPath) if (since < oldest) byPath.delete(path)
      return [...byPath.values()].map(({ file }) => file)
    },
  }
}
