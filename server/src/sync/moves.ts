import type { Catalog, KnownFile } from '../catalog/catalog.ts'
import { messageOf } from '../errors.ts'
import type { EventBus } from '../events.ts'
import { toSystemPath } from '../gallery/file-names.ts'
import type { IncludeRules } from '../gallery/include.ts'
import { normalizeName, toAbsolute } from '../gallery/paths.ts'
import { type FileStat, hasExactCase, statFile } from '../gallery/stat-file.ts'
import { hashOfFile } from '../hashing.ts'
import type { IndexQueue } from '../indexing/indexer.ts'
import type { Log } from '../log.ts'
import {
  filesToHash,
  type HashedFile,
  type PossibleMove,
  planMoves,
  planMovesByContent,
} from './plan/moves.ts'

export interface Move {
  from: KnownFile
  to: FileStat
  /** Hashes of other contents, whose rows the row of this file has replaced. */
  replaced: string[]
}

/** Keeps the row of a file, and with it id, vector and thumbnail, when the file turns up at another path. */
export interface Moves {
  /** Finds files that were renamed on the same drive. */
  adoptByIdentity(newFiles: readonly FileStat[]): Promise<Move[]>
  /**
   * Finds files with the bytes of a missing one. Only new files as large as a missing one are read.
   * @param canBecome whether the file of a row can have been moved to a place
   */
  adoptByContent(
    missing: readonly KnownFile[],
    newFiles: readonly FileStat[],
    canBecome: (row: KnownFile, file: FileStat) => boolean,
  ): Promise<Move[]>
}

export interface MovesOptions {
  root: string
  catalog: Catalog
  indexer: Pick<IndexQueue, 'pending'>
  events: EventBus
  walk: IncludeRules
  log: Pick<Log, 'warn'>
}

export function createMoves({ root, catalog, indexer, events, walk, log }: MovesOptions): Moves {
  /** New files are compared with missing ones more than once, and read once. */
  const hashes = new WeakMap<FileStat, string>()
  return {
    async adoptByIdentity(newFiles) {
      if (newFiles.length === 0) return []
      const rows = await catalog.files.byInode(newFiles.map((file) => String(file.inode)))
      return adoptAll(planMoves(newFiles, rows))
    },

    async adoptByContent(missing, newFiles, canBecome) {
      const hashed: HashedFile[] = []
      for (const file of filesToHash(missing, newFiles)) {
        const hash = await hashOf(file)
        if (hash !== undefined) hashed.push({ file, hash })
      }
      return adoptAll(planMovesByContent(missing, hashed, canBecome))
    },
  }

  /** Tries each row at the first of its places that no other row has taken. */
  async function adoptAll(plan: Iterable<PossibleMove>): Promise<Move[]> {
    const moves: Move[] = []
    const taken = new Set<string>()
    for (const { from, to } of plan) {
      const place = to.find(({ path }) => !taken.has(path))
      if (place === undefined) continue
      const replaced = await adopt(from, place)
      if (replaced === undefined) continue
      taken.add(place.path)
      moves.push({ from, to: place, replaced })
    }
    if (moves.length > 0) events.emit('imagesUpdated', { count: moves.length, toIndex: indexer.pending })
    return moves
  }

  /** @returns contents whose rows were replaced; undefined if the disk differs from the plan */
  async function adopt(row: KnownFile, to: FileStat): Promise<string[] | undefined> {
    if (row.path === to.path || (await isStillThere(row.path, to.path))) return undefined
    // A new file may have been changed or moved on since it was listed.
    const now = await statFile(root, to.path, walk)
    if (now?.bytes !== to.bytes || now.modifiedAt !== to.modifiedAt) return undefined
    const replaced = await catalog.files.move(row.path, { ...to, inode: String(to.inode) })
    if (replaced === undefined) return undefined
    events.emit('fileMoved', { oldPath: row.path, newPath: to.path, movedAt: Date.now() })
    return replaced
  }

  async function isStillThere(path: string, newPath: string): Promise<boolean> {
    const file = await statFile(root, path, walk).catch(() => 'unknown')
    if (file === undefined) return false
    return normalizeName(path) !== normalizeName(newPath) || hasExactCase(root, path)
  }

  async function hashOf(file: FileStat): Promise<string | undefined> {
    const known = hashes.get(file)
    if (known !== undefined) return known
    try {
      const hash = await hashOfFile(toSystemPath(toAbsolute(root, file.path)))
      if (hash !== undefined) hashes.set(file, hash)
      return hash
    } catch (error) {
      log.warn(
        `${JSON.stringify(file.path)} can't be read to see whether it was only moved: ${messageOf(error)}`,
      )
      return undefined
    }
  }
}
