import type { KnownFile } from '../../catalog/catalog.ts'
import { directoryOf, nameOf } from '../../gallery/paths.ts'
import type { FileStat } from '../../gallery/stat-file.ts'

/** A row whose file may have moved, with the places where it can be now, the most likely one first. */
export interface PossibleMove {
  from: KnownFile
  to: readonly FileStat[]
}

/** A file with the hash of its bytes. */
export interface HashedFile {
  file: FileStat
  hash: string
}

/**
 * Matches files at new paths with rows by inode, size and time: files renamed on one drive. Hard links and links to folders
 * show one file at several places, so rows of the folders that the new files lie in come first: a file stays in its folder.
 */
export function planMoves(newFiles: readonly FileStat[], rows: readonly KnownFile[]): PossibleMove[] {
  const places = Map.groupBy(newFiles, identityKey)
  const homes = new Set(newFiles.map(({ path }) => directoryOf(path)))
  const awayFromHome = ({ path }: KnownFile) => (homes.has(directoryOf(path)) ? 0 : 1)
  return rows
    .filter(({ state }) => state !== 'failed')
    .toSorted((a, b) => awayFromHome(a) - awayFromHome(b))
    .map((from) => ({ from, to: places.get(identityKey(from)) ?? [] }))
    .filter(({ to }) => to.length > 0)
}

/**
 * Matches files at new paths with missing rows by equal bytes: files moved to another drive and back, restored from a backup, or
 * copied and then deleted. Among several copies, one with the old name is the most likely.
 * @param canBecome whether the file of a row can have been moved to a place
 */
export function* planMovesByContent(
  missing: readonly KnownFile[],
  newFiles: readonly HashedFile[],
  canBecome: (row: KnownFile, file: FileStat) => boolean,
): Generator<PossibleMove> {
  const byHash = Map.groupBy(newFiles, ({ hash }) => hash)
  // Rows of one size follow each other, in the order in which the sizes first appear.
  for (const from of [...Map.groupBy(missing.filter(hasContent), ({ bytes }) => bytes).values()].flat()) {
    const places = (byHash.get(from.contentHash!) ?? []).map(({ file }) => file)
    const possible = places.filter((file) => canBecome(from, file))
    if (possible.length === 0) continue
    const named = Map.groupBy(possible, ({ path }) => nameOf(path) === nameOf(from.path))
    yield { from, to: [...(named.get(true) ?? []), ...(named.get(false) ?? [])] }
  }
}

/** Files whose bytes are worth reading: those as large as a missing one. */
export function filesToHash(missing: readonly KnownFile[], newFiles: readonly FileStat[]): FileStat[] {
  const sizes = new Set(missing.filter(hasContent).map(({ bytes }) => bytes))
  return newFiles.filter(({ bytes }) => sizes.has(bytes))
}

function hasContent({ contentHash, state }: KnownFile): boolean {
  return contentHash !== undefined && state !== 'failed'
}

function identityKey({ inode, bytes, modifiedAt }: KnownFile | FileStat): string {
  return `${inode} ${bytes} ${modifiedAt}`
}
