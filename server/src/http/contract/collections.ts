import { z } from '@hono/zod-openapi'
import { flag, optional, text, uuid } from '../../contract/input.ts'
import { defineRoute, json } from '../../contract/routes.ts'
import { imagesSchema, querySchema } from '../schemas.ts'
import { savedSearchSchema } from './search-request.ts'

const MAX_NAME_CHARACTERS = 200
const MAX_CHANGED = 10_000

const collectionSchema = z
  .object({
    id: z.uuid(),
    name: z.string(),
    shared: z.boolean().openapi({ description: 'Whether all users see it.' }),
    is_own: z.boolean(),
    can_edit: z.boolean().openapi({ description: 'Whether the user may add and remove images.' }),
    can_manage: z.boolean().openapi({ description: 'Whether the user may rename and delete it.' }),
    can_share: z.boolean().openapi({
      description: 'Whether the user may share it or, if it is shared, make it private.',
    }),
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

export type CollectionJson = z.output<typeof collectionSchema>

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
const params = z.object({ collection_id: uuid })
const one = { 200: { description: 'The collection.', ...json(collectionSchema) } }

/** Named sets of images and saved searches, own or shared. */
export const collectionContract = {
  list: defineRoute('user', {
    method: 'get',
    path: '/api/collections',
    summary: 'Own and shared collections, by name',
    request: { query: listSchema },
    responses: {
      200: {
        description: 'One page of them.',
        ...json(z.object({ collections: z.array(collectionSchema), total: z.int() })),
      },
    },
  }),
  create: defineRoute('user', {
    method: 'post',
    path: '/api/collections',
    summary: 'Create a collection of images or of what a search finds',
    request: { body: { required: true, ...json(newSchema) } },
    responses: one,
  }),
  get: defineRoute('user', {
    method: 'get',
    path: '/api/collections/{collection_id}',
    summary: 'One collection',
    request: { params },
    responses: one,
  }),
  update: defineRoute('user', {
    method: 'patch',
    path: '/api/collections/{collection_id}',
    summary: 'Rename or share a collection, or replace its search',
    request: { params, body: { required: true, ...json(changeSchema) } },
    responses: one,
  }),
  delete: defineRoute('user', {
    method: 'delete',
    path: '/api/collections/{collection_id}',
    summary: 'Delete a collection; its images stay in the gallery',
    request: { params },
    responses: {
      200: { description: 'It is deleted.', ...json(z.object({ status: z.literal('success') })) },
    },
  }),
  images: defineRoute('user', {
    method: 'get',
    path: '/api/collections/{collection_id}/images',
    summary: 'Images of a collection that pass the filters; those of a search by parts are ordered by score',
    request: { params, query: querySchema.omit({ collection: true }) },
    responses: { 200: { description: 'One page of them.', ...json(imagesSchema) } },
  }),
  changeImages: defineRoute('user', {
    method: 'post',
    path: '/api/collections/{collection_id}/images',
    summary: 'Add images to a collection, remove images from it, or both',
    request: {
      params,
      body: {
        required: true,
        ...json(z.object({ add: idsSchema.optional(), remove: idsSchema.optional() })),
      },
    },
    responses: one,
  }),
}
