import type { KnownFile } from '../../catalog/catalog.ts'
import type { DirectoryListing } from '../../gallery/list-folder.ts'
import type { FileStat } from '../../gallery/stat-file.ts'

/** Steps that bring the rows of a folder in line with its files, in order. */
export type Plan = readonly FileAction[]

export type FileAction =
  | { do: 'index'; file: FileStat; because: 'changed' | 'unembedded' | 'sidecar' }
  /** Permissions can change without any other trace, so a file that could not be read is tried again. */
  | { do: 'index if readable'; file: FileStat }
  /** No row has this path: the file is new, or has been moved here. */
  | { do: 'find origin'; file: FileStat }
  /** `isFile`: an ordinary file, unlike an unreadable entry or one that the disk gave no answer for. */
  | { do: 'mark present'; path: string; isFile: boolean }
  | { do: 'mark missing'; row: KnownFile }
  /** The row is up to date, but lacks the time of the last change, as rows of earlier versions do. */
  | { do: 'store change time'; file: FileStat }
  | { do: 'record failure'; file: FileStat; reason: string }
  /** An unreadable entry stands where an image was. It is recorded once the removal of that image is confirmed. */
  | { do: 'await removal'; file: FileStat; reason: string }

/** Entries of one folder, or of a part of it. */
export type FolderEntries = Pick<DirectoryListing, 'files' | 'unreadable' | 'unknown'>

export interface FolderOptions {
  /** Whether the file system keeps the inode of the file at a path as long as that file exists. */
  isInodeStable(path: string): boolean
}

/**
 * Compares one folder with its rows.
 * @param known rows of the folder; those of files that moved in or out are already at their new paths
 */
export function planFolder(known: readonly KnownFile[], found: FolderEntries, options: FolderOptions): Plan {
  const rows = new Map(known.map((row) => [row.path, row]))
  const actions: FileAction[] = []
  const present = new Set<string>()
  const markPresent = (path: string, isFile: boolean) => {
    present.add(path)
    actions.push({ do: 'mark present', path, isFile })
  }
  for (const { stat, reason } of found.unreadable) {
    const row = rows.get(stat.path)
    const isImage = row !== undefined && row.state !== 'failed'
    if (isImage) actions.push({ do: 'await removal', file: stat, reason })
    else if (row === undefined || isOutdated(row, stat, options))
      actions.push({ do: 'record failure', file: stat, reason })
    if (!isImage) markPresent(stat.path, false)
  }
  for (const { path } of found.files) markPresent(path, true)
  for (const { path } of found.unknown) markPresent(path, false)
  for (const [path, row] of rows) if (!present.has(path)) actions.push({ do: 'mark missing', row })
  for (const file of found.files) {
    const action = planFile(rows.get(file.path), file, options)
    if (action !== undefined) actions.push(action)
  }
  return actions
}

function planFile(
  row: KnownFile | undefined,
  file: FileStat,
  options: FolderOptions,
): FileAction | undefined {
  if (row === undefined) return { do: 'find origin', file }
  if (isChanged(row, file, options)) return { do: 'index', file, because: 'changed' }
  if (row.state === 'without_vector') return { do: 'index', file, because: 'unembedded' }
  if (row.state === 'indexed' && isSidecarChanged(row, file)) return { do: 'index', file, because: 'sidecar' }
  if (row.failureCode === 'permission_denied') return { do: 'index if readable', file }
  return row.changedAt === undefined ? { do: 'store change time', file } : undefined
}

/** Its bytes are known, so that nothing is decoded or embedded. */
function isSidecarChanged(row: KnownFile, { sidecar }: FileStat): boolean {
  return sidecar !== undefined && (sidecar ?? undefined) !== row.sidecar
}

/** Whether a file has to be indexed again. */
export function isOutdated(row: KnownFile, file: FileStat, options: FolderOptions): boolean {
  return row.state === 'without_vector' || isChanged(row, file, options)
}

/**
 * Includes the inode, because files that change places keep their times, and uncompressed pictures of one size have equal lengths.
 * Includes the time of the last change, because programs set the modification time back after they have written to a file.
 */
function isChanged(row: KnownFile, file: FileStat, { isInodeStable }: FolderOptions): boolean {
  if (row.bytes !== file.bytes || row.modifiedAt !== file.modifiedAt) return true
  if (!isInodeStable(file.path)) return false
  if (row.inode !== String(file.inode)) return true
  return row.changedAt !== undefined && row.changedAt !== file.changedAt
}
