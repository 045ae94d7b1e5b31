import type { Context } from 'hono'
import type { Catalog, Collection } from '../catalog/catalog.ts'
import type { Handlers, HttpEnv } from '../contract/routes.ts'
import { DomainError } from '../errors.ts'
import { queryIdsIn, releaseQueries, type SavedQueries } from '../saved-queries/saved-queries.ts'
import {
  assertMay,
  assertMayShare,
  assertMayUnshare,
  canManage,
  toCollectionJson,
} from './collection-access.ts'
import { collectionImageHandlers } from './collection-images.ts'
import type { CollectionJson, collectionContract } from './contract/collections.ts'
import type { SavedSearch } from './contract/search-request.ts'
import { type ImageFilters, readSavedSearch } from './image-filters.ts'
import { ownerOf, visibleCollection } from './requests.ts'
import { pageOf } from './schemas.ts'

export interface CollectionHandlersOptions {
  catalog: Catalog
  /** For changes: a replica may not have the collection yet, or have it as it was. */
  primary: Catalog
  queries: SavedQueries
  filters: ImageFilters
}

export function collectionHandlers(options: CollectionHandlersOptions): Handlers<typeof collectionContract> {
  const { catalog, primary } = options
  return {
    async list(context) {
      const query = context.req.valid('query')
      const { collections, total } = await catalog.collections.list({
        ownerId: ownerOf(context),
        nameContains: query.name_contains,
        imageId: query.image_id,
        ...pageOf(query),
      })
      return context.json(
        { collections: collections.map((one) => toCollectionJson(context, one)), total },
        200,
      )
    },
    async create(context) {
      const { name, shared = false, image_ids: imageIds = [], search } = context.req.valid('json')
      if (shared) {
        assertMayShare(context)
        await assertBaseIsShared(search, primary)
      }
      if (search !== undefined && imageIds.length > 0)
        throw new DomainError('invalid_request', 'A collection has either images or a search.')
      const created = await primary.collections.create({
        name,
        ownerId: ownerOf(context),
        isShared: shared,
        ...(search !== undefined && { search: await pin(context, search, options) }),
      })
      if (imageIds.length > 0) await primary.collections.change(created.id, { add: imageIds })
      return context.json(await read(context, primary, created.id), 200)
    },
    async get(context) {
      return context.json(await read(context, catalog, context.req.valid('param').collection_id), 200)
    },
    async update(context) {
      const collection = await find(context, primary, context.req.valid('param').collection_id)
      const { name, shared, search } = context.req.valid('json')
      assertMay(canManage(context, collection), 'change')
      if (shared === true) assertMayShare(context)
      if (shared === false) assertMayUnshare(context, collection)
      if (search !== undefined && collection.search === undefined)
        throw new DomainError('invalid_request', 'A collection of images can’t become a search.')
      const isVisible = (shared ?? collection.isShared) || collection.ownerId === ''
      if (isVisible && (search !== undefined || shared === true))
        await assertBaseIsShared(search ?? savedSearchOf(collection), primary)
      const sent = search && (await pin(context, search, options))
      await primary.collections.update(collection.id, { name, isShared: shared, search: sent })
      if (search !== undefined) await release(collection, options)
      return context.json(await read(context, primary, collection.id), 200)
    },
    async delete(context) {
      const collection = await find(context, primary, context.req.valid('param').collection_id)
      assertMay(canManage(context, collection), 'delete')
      await primary.collections.delete(collection.id)
      await release(collection, options)
      return context.json({ status: 'success' as const }, 200)
    },
    ...collectionImageHandlers(options),
  }

  /** @throws {DomainError} `collection_not_found` unless the user may see it */
  function find(context: Context<HttpEnv>, from: Catalog, id: string): Promise<Collection> {
    return visibleCollection(ownerOf(context), from, id)
  }

  async function read(context: Context<HttpEnv>, from: Catalog, id: string): Promise<CollectionJson> {
    return toCollectionJson(context, await find(context, from, id))
  }
}

function savedSearchOf(collection: Collection): SavedSearch | undefined {
  return collection.search === undefined ? undefined : readSavedSearch(collection)
}

/** Users who can't see the collection that a search is based on could not carry it out. @throws {DomainError} `invalid_request` */
async function assertBaseIsShared(search: SavedSearch | undefined, primary: Catalog): Promise<void> {
  const id = search?.query?.collection
  const base = id === undefined ? undefined : await primary.collections.get(id)
  if (base !== undefined && !base.isShared && base.ownerId !== '')
    throw new DomainError(
      'invalid_request',
      'This search is limited to a collection that is not shared: share that one first.',
    )
}

/** Keeps the pictures of a search as long as the collection exists. @returns the search to store @throws as `filters.check` */
async function pin(
  context: Context<HttpEnv>,
  search: SavedSearch,
  { filters, queries }: CollectionHandlersOptions,
): Promise<unknown> {
  await filters.check(ownerOf(context), search, context.req.raw)
  for (const id of queryIdsIn(search)) await queries.pin(id)
  return searchAsSent(context)
}

/** Lets the pictures of a search expire like those of other searches, unless another collection needs them. */
async function release(
  { search }: Collection,
  { primary, queries }: CollectionHandlersOptions,
): Promise<void> {
  if (search !== undefined) await releaseQueries(queries, [search], await primary.collections.searches())
}

/** Returns the search of a request before its values were converted, so that it can be validated again. */
async function searchAsSent(context: Context<HttpEnv>): Promise<unknown> {
  return (await context.req.json<{ search: unknown }>()).search
}
