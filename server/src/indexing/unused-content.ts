import type { Catalog } from '../catalog/catalog.ts'
import type { ThumbnailStore } from '../gallery/thumbnails.ts'

/** Removes the vectors and thumbnails of those contents that no image has any more. */
export async function removeUnusedContent(
  catalog: Catalog,
  thumbnails: ThumbnailStore,
  hashes: string[],
): Promise<void> {
  for (const hash of await catalog.vectors.deleteUnused(hashes)) await thumbnails.remove(hash)
}

/** As `removeUnusedContent`, among all contents. Other calls of the catalog run in between. */
export async function removeAllUnusedContent(
  catalog: Catalog,
  thumbnails: ThumbnailStore,
  isClosed: () => boolean = () => false,
): Promise<void> {
  let after: string | undefined = ''
  while (after !== undefined && !isClosed()) {
    const { deleted, next } = await catalog.vectors.deleteUnusedAfter(after)
    for (const hash of deleted) await thumbnails.remove(hash)
    after = next
  }
}
