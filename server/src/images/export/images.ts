import type { Catalog, Image, SectionCursor, SectionQuery } from '../../catalog/catalog.ts'

const IMAGES_PER_SECTION = 200

/** All images that pass a filter, read in sections. Changes meanwhile neither repeat nor skip others. */
export async function* imagesInOrder(
  catalog: Pick<Catalog, 'images'>,
  query: Omit<SectionQuery, 'after' | 'limit'>,
): AsyncGenerator<Image> {
  for (let after: SectionCursor | undefined; ; ) {
    const { images, next } = await catalog.images.section({ ...query, after, limit: IMAGES_PER_SECTION })
    yield* images
    if (next === undefined) return
    after = next
  }
}
