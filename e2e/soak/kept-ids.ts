import type { Entry } from './disk.ts'
import type { IndexState } from './index-state.ts'

/** State at the last comparison without a difference. */
export interface Checkpoint {
  disk: Map<string, Entry>
  index: IndexState
}

/**
 * Checks that a file that was only moved keeps its id. Only unambiguous moves are checked: one file, identified by the file
 * system, that had one path before and has one other path now, where nothing was before.
 * @returns the number of moves
 */
export function assertIdsKept(before: Checkpoint, after: Checkpoint, written: Set<string>): number {
  const places = (disk: Map<string, Entry>) => Map.groupBy(disk, ([, { identity }]) => identity)
  const [old, now] = [places(before.disk), places(after.disk)]
  let moves = 0
  for (const [identity, entries] of now) {
    const earlier = old.get(identity)
    if (entries.length !== 1 || earlier?.length !== 1) continue
    const [from, to] = [earlier[0]![0], entries[0]![0]]
    const expected = before.index.images.get(from)?.id
    const id = after.index.images.get(to)?.id
    if (expected === undefined || id === undefined || written.has(from) || written.has(to)) continue
    if (from !== to && (before.disk.has(to) || after.disk.has(from))) continue
    // One of two copies may inherit the id of the other when that one is deleted.
    if (hasCopies(before.disk, before.disk.get(from)!) || hasCopies(after.disk, after.disk.get(to)!)) continue
    if (id !== expected)
      throw new Error(`${JSON.stringify(from)} lost its id when it became ${JSON.stringify(to)}`)
    if (from !== to) moves++
  }
  return moves
}

function hasCopies(disk: Map<string, Entry>, { hash }: Entry): boolean {
  return (
    disk
      .values()
      .filter((entry) => entry.hash === hash)
      .toArray().length > 1
  )
}
