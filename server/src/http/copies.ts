import type { Catalog, ImageFilter } from '../catalog/catalog.ts'
import type { ImageJson } from './schemas.ts'

/** Adds how many images are folded into each, if the filter folds any. */
export async function withCopies(
  catalog: Catalog,
  filter: ImageFilter,
  images: ImageJson[],
): Promise<ImageJson[]> {
  if (filter.fold === undefined) return images
  const ids = images.map(({ id }) => id)
  const counts = new Map(
    (await catalog.images.folded(ids, filter)).map(({ id, folded }) => [id, folded.length]),
  )
  return images.map((image) => ({ ...image, copies: counts.get(image.id) ?? 0 }))
}
