import type { Catalog, KnownFile } from '../catalog/catalog.ts'
import { messageOf } from '../errors.ts'
import type { EventBus } from '../events.ts'
import type { IncludeRules } from '../gallery/include.ts'
import { directoryOf, nameOf, normalizeName, toAbsolute } from '../gallery/paths.ts'
import { type FileStat, hasExactCase, statFile } from '../gallery/stat-file.ts'
import { hashOfFile } from '../hashing.ts'

export interface Move {
  from: string
  to: FileStat
  /** Whether the row has yet to get a vector. */
  needsEmbedding: boolean
}

/** Keeps the row of a file, and with it id, vector and thumbnail, when the file turns up at another path. */
export interface Moves {
  /** By the identity that the file system gives: a file renamed on the same drive. */
  adoptByIdentity(newFiles: readonly FileStat[]): Promise<Move[]>
  /**
   * By equal bytes: a file that was moved to another drive and back, restored from a backup, copied and then deleted. Only
   * newcomers as large as something that is gone are read.
   * @param gone known files that were not at their paths when last looked at
   * @param mayBecome whether the one can have been moved to the other
   */
  adoptByContent(
    gone: Iterable<KnownFile>,
    newFiles: Iterable<FileStat>,
    mayBecome?: (row: KnownFile, file: FileStat) => boolean,
  ): Promise<Move[]>
}

export interface MovesOptions {
  root: string
  catalog: Catalog
  events: EventBus
  walk: IncludeRules
  log: { warn(message: string): void }
}

export function createMoves({ root, catalog, events, walk, log }: MovesOptions): Moves {
  /** Newcomers are compared with what is gone more than once, and read once. */
  const hashes = new WeakMap<FileStat, string>()
  return {
    async adoptByIdentity(newFiles) {
      if (newFiles.length === 0) return []
      const moves: Move[] = []
      const adopted = new Set<string>()
      const known = await catalog.files.byInode(newFiles.map((file) => String(file.inode)))
      const rows = known.filter(({ state }) => state !== 'failed')
      const byInode = Map.groupBy(newFiles, (file) => String(file.inode))
      // Hard links, and links to folders, show one file at several places: each stays in its folder if it can.
      const homes = new Set(newFiles.map(({ path }) => directoryOf(path)))
      const atHomeFirst = rows.toSorted((a, b) => awayFrom(homes, a) - awayFrom(homes, b))
      for (const row of atHomeFirst) {
        const to = byInode.get(row.inode)?.find((file) => isSameFile(file, row) && !adopted.has(file.path))
        const move = to && (await adopt(row, to))
        if (move === undefined) continue
        adopted.add(move.to.path)
        moves.push(move)
      }
      return moves
    },

    async adoptByContent(gone, newFiles, mayBecome = () => true) {
      const bySize = Map.groupBy(
        [...gone].filter(({ contentHash, state }) => contentHash !== undefined && state !== 'failed'),
        ({ bytes }) => bytes,
      )
      const candidates = [...newFiles].filter(({ bytes }) => bySize.has(bytes))
      const byHash = new Map<string, FileStat[]>()
      for (const file of candidates) {
        const hash = await hashOf(file)
        if (hash !== undefined) byHash.set(hash, [...(byHash.get(hash) ?? []), file])
      }
      const moves: Move[] = []
      for (const row of [...bySize.values()].flat()) {
        const same = byHash.get(row.contentHash!) ?? []
        const files = same.filter((file) => mayBecome(row, file))
        if (files.length === 0) continue
        // Of several copies the one that bears the old name is the most likely.
        const bearer = files.findIndex(({ path }) => nameOf(path) === nameOf(row.path))
        const to = files[Math.max(0, bearer)]!
        const move = await adopt(row, to)
        if (move === undefined) continue
        same.splice(same.indexOf(to), 1)
        moves.push(move)
      }
      return moves
    },
  }

  async function adopt(row: KnownFile, to: FileStat): Promise<Move | undefined> {
    if (row.path === to.path || (await isStillThere(row.path, to.path))) return undefined
    // A newcomer may have been changed or moved on since it was listed.
    const now = await statFile(root, to.path, walk)
    if (now === undefined || !isSameVersion(now, to)) return undefined
    if (!(await catalog.files.move(row.path, { ...to, inode: String(to.inode) }))) return undefined
    events.emit('fileMoved', { oldPath: row.path, newPath: to.path, movedAt: Date.now() })
    return { from: row.path, to, needsEmbedding: row.state === 'without_vector' }
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
      const hash = await hashOfFile(toAbsolute(root, file.path))
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

function awayFrom(directories: ReadonlySet<string>, { path }: KnownFile): number {
  return directories.has(directoryOf(path)) ? 0 : 1
}

function isSameFile(file: FileStat, row: KnownFile): boolean {
  return String(file.inode) === row.inode && isSameVersion(file, row)
}

type Version = Pick<FileStat, 'bytes' | 'modifiedAt'>

function isSameVersion(a: Version, b: Version): boolean {
  return a.bytes === b.bytes && a.modifiedAt === b.modifiedAt
}
