import { z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import type { Catalog, Collection } from '../catalog/catalog.ts'
import { flag, optional, text, uuid } from '../contract/input.ts'
import { ROLES } from '../contract/roles.ts'
import { DomainError } from '../errors.ts'
import { queryIdsIn, type SavedQueries } from '../saved-queries/saved-queries.ts'
import { type ImageFilters, readSavedSearch, type SavedSearch } from './image-filters.ts'
import { ownerOf, visibleCollection } from './requests.ts'
import { createRouter, type HttpEnv, json, type Router, route } from './routing.ts'
import { contentVersion, imagesSchema, orderOf, pageOf, querySchema, toImageJson } from './schemas.ts'
import { savedSearchSchema } from './search-requests.ts'
import { withStars } from './stars.ts'

const MAX_NAME_CHARACTERS = 200
const MAX_CHANGED = 10_000

const collectionSchema = z
  .object({
    id: z.uuid(),
    name: z.string(),
    shared: z.boolean().openapi({ description: 'Whether all users see it.' }),
    is_own: z.boolean(),
    can_edit: z.boolean().openapi({ description: 'Whether the user may add and remove images.' }),
    can_manage: z.boolean().openapi({ description: 'Whether the user may rename, share and delete it.' }),
    kind: z.enum(['images', 'search']).openapi({ description: '`search`: its images are found each time.' }),
    search: z
      .unknown()
      .openapi({ description: 'The saved search, as it was given; null for a set of images.' }),
    image_count: z.int().nullable().openapi({ description: 'Null for a search.' }),
    cover_url: z.string().nullable().openapi({ description: 'Thumbnail of the image that was added last.' }),
    created_at: z.iso.datetime(),
    modified_at: z.iso.datetime(),
  })
  .openapi('Collection')

const nameSchema = text({ min: 1, max: MAX_NAME_CHARACTERS })
const idsSchema = z.array(uuid).max(MAX_CHANGED)
const newSchema = z.object({
  name: nameSchema,
  shared: optional(flag({ description: 'Visible to all users; needs the role `editor`.' })),
  image_ids: idsSchema.optional(),
  search: savedSearchSchema.optional(),
})
const changeSchema = z.object({
  name: nameSchema.optional(),
  shared: optional(flag()),
  search: savedSearchSchema.optional(),
})
const listSchema = querySchema.pick({ page: true, items_per_page: true, name_contains: true }).extend({
  image_id: optional(uuid).openapi({ description: 'Only collections that contain this image.' }),
})
const parameter = z.object({ collection_id: uuid })

export interface CollectionRoutesOptions {
  catalog: Catalog
  queries: SavedQueries
  filters: ImageFilters
}

/** Routes of named sets of images and saved searches, own or shared. */
export function collectionRoutes({ catalog, queries, filters }: CollectionRoutesOptions): Router {
  const router = createRouter()
  const one = { 200: { description: 'The collection.', ...json(collectionSchema) } }

  router.openapi(
    route('user', {
      method: 'get',
      path: '/',
      summary: 'Own and shared collections, by name',
      request: { query: listSchema },
      responses: {
        200: {
          description: 'One page of them.',
          ...json(z.object({ collections: z.array(collectionSchema), total: z.int() })),
        },
      },
    }),
    async (context) => {
      const query = context.req.valid('query')
      const { collections: page, total } = await catalog.collections.list({
        ownerId: ownerOf(context),
        nameContains: query.name_contains,
        imageId: query.image_id,
        ...pageOf(query),
      })
      return context.json({ collections: page.map((one) => toJson(context, one)), total }, 200)
    },
  )

  router.openapi(
    route('user', {
      method: 'post',
      path: '/',
      summary: 'Create a collection of images or of what a search finds',
      request: { body: { required: true, ...json(newSchema) } },
      responses: one,
    }),
    async (context) => {
      const { name, shared = false, image_ids: imageIds = [], search } = context.req.valid('json')
      if (shared && !hasRole(context, 'editor'))
        throw new DomainError('forbidden', 'Only editors may share a collection.')
      if (search !== undefined && imageIds.length > 0)
        throw new DomainError('invalid_request', 'A collection has either images or a search.')
      if (search !== undefined) await pin(search)
      const created = await catalog.collections.create({
        name,
        ownerId: ownerOf(context),
        isShared: shared,
        ...(search !== undefined && { search: await rawSearch(context) }),
      })
      if (imageIds.length > 0) await catalog.collections.change(created.id, { add: imageIds })
      return context.json(toJson(context, (await catalog.collections.get(created.id))!), 200)
    },
  )

  router.openapi(
    route('user', {
      method: 'get',
      path: '/{collection_id}',
      summary: 'One collection',
      request: { params: parameter },
      responses: one,
    }),
    async (context) => context.json(toJson(context, await requested(context)), 200),
  )

  router.openapi(
    route('user', {
      method: 'patch',
      path: '/{collection_id}',
      summary: 'Rename or share a collection, or replace its search',
      request: { params: parameter, body: { required: true, ...json(changeSchema) } },
      responses: one,
    }),
    async (context) => {
      const collection = await requested(context)
      const { name, shared, search } = context.req.valid('json')
      assertMay(canManage(context, collection), 'change')
      if (shared === true && !hasRole(context, 'editor'))
        throw new DomainError('forbidden', 'Only editors may share a collection.')
      if (search !== undefined && collection.search === undefined)
        throw new DomainError('invalid_request', 'A collection of images can’t become a search.')
      if (search !== undefined) await pin(search)
      const raw = search === undefined ? undefined : await rawSearch(context)
      await catalog.collections.update(collection.id, { name, isShared: shared, search: raw })
      if (search !== undefined) await release(collection)
      return context.json(toJson(context, await requested(context)), 200)
    },
  )

  router.openapi(
    route('user', {
      method: 'delete',
      path: '/{collection_id}',
      summary: 'Delete a collection; its images stay in the gallery',
      request: { params: parameter },
      responses: {
        200: { description: 'It is deleted.', ...json(z.object({ status: z.literal('success') })) },
      },
    }),
    async (context) => {
      const collection = await requested(context)
      assertMay(canManage(context, collection), 'delete')
      await catalog.collections.delete(collection.id)
      await release(collection)
      return context.json({ status: 'success' as const }, 200)
    },
  )

  router.openapi(
    route('user', {
      method: 'get',
      path: '/{collection_id}/images',
      summary:
        'Images of a collection that pass the filters; those of a search by parts are ordered by score',
      request: { params: parameter, query: querySchema.omit({ collection: true }) },
      responses: { 200: { description: 'One page of them.', ...json(imagesSchema) } },
    }),
    async (context) => {
      const collection = await requested(context)
      const query = context.req.valid('query')
      const saved = collection.search === undefined ? undefined : readSavedSearch(collection)
      const { images, total } =
        saved?.parts === undefined
          ? await catalog.images.list({
              filter: await filters.of(context, { ...query, collection: collection.id }),
              ...orderOf(query),
              ...pageOf(query),
            })
          : await filters.find(
              context,
              { ...saved, parts: saved.parts },
              { filter: await filters.of(context, query), ...pageOf(query) },
            )
      return context.json({ images: await withStars(context, catalog, images.map(toImageJson)), total }, 200)
    },
  )

  router.openapi(
    route('user', {
      method: 'post',
      path: '/{collection_id}/images',
      summary: 'Add images to a collection, remove images from it, or both',
      request: {
        params: parameter,
        body: {
          required: true,
          ...json(z.object({ add: idsSchema.optional(), remove: idsSchema.optional() })),
        },
      },
      responses: one,
    }),
    async (context) => {
      const collection = await requested(context)
      assertMay(canEdit(context, collection), 'change')
      if (collection.search !== undefined)
        throw new DomainError('invalid_request', 'The images of a saved search are those that it finds.')
      const { add, remove } = context.req.valid('json')
      await catalog.collections.change(collection.id, { ...(add && { add }), ...(remove && { remove }) })
      return context.json(toJson(context, await requested(context)), 200)
    },
  )

  return router

  /** The collection that the path names, if the user may see it. */
  function requested(context: Context<HttpEnv, string, { out: { param: { collection_id: string } } }>) {
    return visibleCollection(context, catalog, context.req.valid('param').collection_id)
  }

  /** Keeps the pictures of a search as long as the collection exists. */
  async function pin(search: SavedSearch): Promise<void> {
    for (const id of queryIdsIn(search)) await queries.pin(id)
  }

  /** The pictures of a search that no other collection needs expire like those of other searches. */
  async function release({ search }: Collection): Promise<void> {
    if (search === undefined) return
    const others = await catalog.collections.searches()
    const needed = new Set(others.flatMap(queryIdsIn))
    for (const id of queryIdsIn(search)) if (!needed.has(id)) await queries.unpin(id)
  }
}

/** The search as it was sent: its values can be parsed again. */
async function rawSearch(context: Context): Promise<unknown> {
  return (await context.req.json<{ search: unknown }>()).search
}

function hasRole(context: Context<HttpEnv>, needed: 'editor' | 'admin'): boolean {
  const role = context.get('role')
  return role !== undefined && ROLES.indexOf(role) >= ROLES.indexOf(needed)
}

/** A collection that was made without sign-in belongs to everyone. */
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

function toJson(context: Context<HttpEnv>, collection: Collection) {
  const { cover, search } = collection
  return {
    id: collection.id,
    name: collection.name,
    shared: collection.isShared || collection.ownerId === '',
    is_own: isOwn(context, collection),
    can_edit: canEdit(context, collection),
    can_manage: canManage(context, collection),
    kind: search === undefined ? ('images' as const) : ('search' as const),
    search: search ?? null,
    image_count: search === undefined ? collection.images : null,
    cover_url: cover === undefined ? null : `/api/images/${cover.id}/thumbnail?v=${contentVersion(cover)}`,
    created_at: new Date(collection.createdAt).toISOString(),
    modified_at: new Date(collection.modifiedAt).toISOString(),
  }
}
