import type { FileStat } from '../gallery/stat-file.ts'

/** Files that appeared in the last minutes. A move by copy and deletion shows a new file first, and misses the old one later. */
export interface RecentArrivals {
  add(files: readonly FileStat[]): void
  /** A file that moved keeps the time at which its old path arrived. If that was no arrival, neither is the new path. */
  rename(from: string, to: FileStat): void
  /** Whether a file appeared before an arrival. A file that is no arrival appeared before all arrivals. */
  isOlder(path: string, than: string): boolean
  recent(): FileStat[]
}

const KEPT_FOR_MS = 10 * 60_000
const MAX_ARRIVALS = 100_000

export function createRecentArrivals(): RecentArrivals {
  const byPath = new Map<string, { file: FileStat; since: number }>()
  const since = (path: string, otherwise: number) => byPath.get(path)?.since ?? otherwise
  return {
    add(files) {
      const now = Date.now()
      for (const file of files) byPath.set(file.path, { file, since: now })
      for (const path of byPath.keys()) {
        if (byPath.size <= MAX_ARRIVALS) break
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
