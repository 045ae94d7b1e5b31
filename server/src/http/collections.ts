import type { Context } from 'hono'
import type { Catalog, Collection } from '../catalog/catalog.ts'
import { ROLES } from '../contract/roles.ts'
import type { Handlers, HttpEnv } from '../contract/routes.ts'
import { DomainError } from '../errors.ts'
import { queryIdsIn, type SavedQueries } from '../saved-queries/saved-queries.ts'
import type { CollectionJson, collectionContract } from './contract/collections.ts'
import type { SavedSearch } from './contract/search-request.ts'
import { withCopies } from './copies.ts'
import { type ImageFilters, readSavedSearch } from './image-filters.ts'
import { ownerOf, visibleCollection } from './requests.ts'
import { contentVersion, orderOf, pageOf, toImageJson } from './schemas.ts'
import { withStars } from './stars.ts'

export interface CollectionHandlersOptions {
  catalog: Catalog
  queries: SavedQueries
  filters: ImageFilters
}

export function collectionHandlers({
  catalog,
  queries,
  filters,
}: CollectionHandlersOptions): Handlers<typeof collectionContract> {
  return {
    async list(context) {
      const query = context.req.valid('query')
      const { collections, total } = await catalog.collections.list({
        ownerId: ownerOf(context),
        nameContains: query.name_contains,
        imageId: query.image_id,
        ...pageOf(query),
      })
      return context.json({ collections: collections.map((one) => toJson(context, one)), total }, 200)
    },
    async create(context) {
      const { name, shared = false, image_ids: imageIds = [], search } = context.req.valid('json')
      if (shared) assertMayShare(context)
      if (search !== undefined && imageIds.length > 0)
        throw new DomainError('invalid_request', 'A collection has either images or a search.')
      const created = await catalog.collections.create({
        name,
        ownerId: ownerOf(context),
        isShared: shared,
        ...(search !== undefined && { search: await pin(context, search) }),
      })
      if (imageIds.length > 0) await catalog.collections.change(created.id, { add: imageIds })
      return context.json(await read(context, created.id), 200)
    },
    async get(context) {
      return context.json(await read(context, context.req.valid('param').collection_id), 200)
    },
    async update(context) {
      const collection = await find(context, context.req.valid('param').collection_id)
      const { name, shared, search } = context.req.valid('json')
      assertMay(canManage(context, collection), 'change')
      if (shared === true) assertMayShare(context)
      if (search !== undefined && collection.search === undefined)
        throw new DomainError('invalid_request', 'A collection of images can’t become a search.')
      const sent = search && (await pin(context, search))
      await catalog.collections.update(collection.id, { name, isShared: shared, search: sent })
      if (search !== undefined) await release(collection)
      return context.json(await read(context, collection.id), 200)
    },
    async delete(context) {
      const collection = await find(context, context.req.valid('param').collection_id)
      assertMay(canManage(context, collection), 'delete')
      await catalog.collections.delete(collection.id)
      await release(collection)
      return context.json({ status: 'success' as const }, 200)
    },
    async images(context) {
      const collection = await find(context, context.req.valid('param').collection_id)
      const query = context.req.valid('query')
      const saved = collection.search === undefined ? undefined : readSavedSearch(collection)
      const isRanked = saved?.parts !== undefined
      const filter = await filters.of(
        ownerOf(context),
        isRanked ? query : { ...query, collection: collection.id },
      )
      const { images, total } =
        saved?.parts === undefined
          ? await catalog.images.list({
              filter,
              ...orderOf(query),
              ...pageOf(query),
            })
          : await filters.find(
              ownerOf(context),
              { ...saved, parts: saved.parts },
              { filter, ...pageOf(query) },
            )
      const starred = await withStars(context, catalog, images.map(toImageJson))
      return context.json({ images: await withCopies(catalog, filter, starred), total }, 200)
    },
    async changeImages(context) {
      const collection = await find(context, context.req.valid('param').collection_id)
      assertMay(canEdit(context, collection), 'change')
      if (collection.search !== undefined)
        throw new DomainError('invalid_request', 'The images of a saved search are those that it finds.')
      const { add, remove } = context.req.valid('json')
      await catalog.collections.change(collection.id, { ...(add && { add }), ...(remove && { remove }) })
      return context.json(await read(context, collection.id), 200)
    },
  }

  /** @throws {DomainError} `collection_not_found` unless the user may see it */
  function find(context: Context<HttpEnv>, id: string): Promise<Collection> {
    return visibleCollection(ownerOf(context), catalog, id)
  }

  async function read(context: Context<HttpEnv>, id: string): Promise<CollectionJson> {
    return toJson(context, await find(context, id))
  }

  /** Keeps the pictures of a search as long as the collection exists. @returns the search to store @throws as `filters.check` */
  async function pin(context: Context<HttpEnv>, search: SavedSearch): Promise<unknown> {
    await filters.check(ownerOf(context), search)
    for (const id of queryIdsIn(search)) await queries.pin(id)
    return searchAsSent(context)
  }

  /** The pictures of a search that no other collection needs expire like those of other searches. */
  async function release({ search }: Collection): Promise<void> {
    if (search === undefined) return
    const needed = new Set((await catalog.collections.searches()).flatMap(queryIdsIn))
    for (const id of queryIdsIn(search)) if (!needed.has(id)) await queries.unpin(id)
  }
}

/** The search of a request before its values were converted: it can be validated again. */
async function searchAsSent(context: Context<HttpEnv>): Promise<unknown> {
  return (await context.req.json<{ search: unknown }>()).search
}

function hasRole(context: Context<HttpEnv>, needed: 'editor' | 'admin'): boolean {
  const role = context.get('role')
  return role !== undefined && ROLES.indexOf(role) >= ROLES.indexOf(needed)
}

function isOwn(context: Context<HttpEnv>, { ownerId }: Collection): boolean {
  return ownerId === ownerOf(context)
}

function canEdit(context: Context<HttpEnv>, collection: Collection): boolean {
  return isOwn(context, collection) || hasRole(context, 'editor')
}

function canManage(context: Context<HttpEnv>, collection: Collection): boolean {
  return isOwn(context, collection) || hasRole(context, 'admin')
}

function assertMay(isAllowed: boolean, action: string): void {
  if (!isAllowed) throw new DomainError('forbidden', `You may not ${action} this collection.`)
}

function assertMayShare(context: Context<HttpEnv>): void {
  if (!hasRole(context, 'editor')) throw new DomainError('forbidden', 'Only editors may share a collection.')
}

function toJson(context: Context<HttpEnv>, collection: Collection): CollectionJson {
  const { cover, search } = collection
  return {
    id: collection.id,
    name: collection.name,
    // A collection that was made without sign-in belongs to everyone.
    shared: collection.isShared || collection.ownerId === '',
    is_own: isOwn(context, collection),
    can_edit: canEdit(context, collection),
    can_manage: canManage(context, collection),
    kind: search === undefined ? 'images' : 'search',
    search: search ?? null,
    image_count: search === undefined ? collection.images : null,
    cover_url: cover === undefined ? null : `/api/images/${cover.id}/thumbnail?v=${contentVersion(cover)}`,
    created_at: new Date(collection.createdAt).toISOString(),
    modified_at: new Date(collection.modifiedAt).toISOString(),
  }
}
