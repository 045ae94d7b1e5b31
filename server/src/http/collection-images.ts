import type { Catalog } from '../catalog/catalog.ts'
import type { Handlers } from '../contract/routes.ts'
import { DomainError } from '../errors.ts'
import { assertMay, canEdit, toCollectionJson } from './collection-access.ts'
import type { collectionContract } from './contract/collections.ts'
import { withCopies } from './copies.ts'
import { type ImageFilters, readSavedSearch } from './image-filters.ts'
import { ownerOf, visibleCollection } from './requests.ts'
import { orderOf, pageOf, toImageJson } from './schemas.ts'
import { withStars } from './stars.ts'

type ImageHandlers = Pick<Handlers<typeof collectionContract>, 'images' | 'changeImages'>

/** Handles the images of a collection: those in its list, or those that its search finds. */
export function collectionImageHandlers({
  catalog,
  primary,
  filters,
}: {
  catalog: Catalog
  primary: Catalog
  filters: ImageFilters
}): ImageHandlers {
  return {
    async images(context) {
      const collection = await visibleCollection(
        ownerOf(context),
        catalog,
        context.req.valid('param').collection_id,
      )
      const query = context.req.valid('query')
      const saved = collection.search === undefined ? undefined : readSavedSearch(collection)
      const isRanked = saved?.parts !== undefined
      const filter = await filters.of(
        ownerOf(context),
        isRanked ? query : { ...query, collection: collection.id },
        context.req.raw,
      )
      const found =
        saved?.parts === undefined
          ? { filter, ...(await catalog.images.list({ filter, ...orderOf(query), ...pageOf(query) })) }
          : await filters.find(
              ownerOf(context),
              { ...saved, parts: saved.parts },
              { filter, ...pageOf(query), signal: context.req.raw.signal },
            )
      const starred = await withStars(context, catalog, found.images.map(toImageJson))
      const images = await withCopies(catalog, found.filter, starred)
      return context.json({ images, total: found.total }, 200)
    },
    async changeImages(context) {
      const collection = await visibleCollection(
        ownerOf(context),
        primary,
        context.req.valid('param').collection_id,
      )
      assertMay(canEdit(context, collection), 'change')
      if (collection.search !== undefined)
        throw new DomainError('invalid_request', 'The images of a saved search are those that it finds.')
      const { add, remove } = context.req.valid('json')
      await primary.collections.change(collection.id, { ...(add && { add }), ...(remove && { remove }) })
      const changed = await visibleCollection(ownerOf(context), primary, collection.id)
      return context.json(toCollectionJson(context, changed), 200)
    },
  }
}
