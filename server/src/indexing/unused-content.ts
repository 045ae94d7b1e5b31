import type { Catalog } from '../catalog/catalog.ts'
import type { ThumbnailStore } from '../gallery/thumbnails.ts'

/**
 * Removes the vectors and thumbnails of contents that no image has any more.
 * @param hashes only these contents; all without it
 */
export async function removeUnusedContent(
  catalog: Catalog,
  thumbnails: ThumbnailStore,
  hashes?: string[],
): Promise<void> {
  for (const hash of await catalog.vectors.deleteUnused(hashes)) await thumbnails.remove(hash)
}
