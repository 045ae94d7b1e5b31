import type { Catalog } from '../catalog/catalog.ts'
import { ROOT } from '../gallery/paths.ts'
import type { IndexQueue } from './indexer.ts'

/** Files to read again: everything, a folder with all below it, or single files. */
export type RereadSelection = { all: true } | { directory: string } | { paths: string[] }

/**
 * Reads known files again, regardless of size and times: hashes and decodes their bytes and writes thumbnails. Only bytes
 * without a vector are embedded.
 * @returns the number of files that were queued
 */
export async function reread(
  catalog: Catalog,
  indexer: Pick<IndexQueue, 'enqueue'>,
  selection: RereadSelection,
): Promise<number> {
  const enqueue = (rows: Awaited<ReturnType<Catalog['files']['at']>>): number => {
    indexer.enqueue(rows.map(({ path, bytes, modifiedAt }) => ({ path, bytes, modifiedAt, isReread: true })))
    return rows.length
  }
  if ('paths' in selection) return enqueue(await catalog.files.at(selection.paths))
  const directory = 'all' in selection ? ROOT : selection.directory
  let queued = 0
  for (const folder of await catalog.files.folders(directory))
    queued += enqueue(await catalog.files.inFolder(folder))
  return queued
}
