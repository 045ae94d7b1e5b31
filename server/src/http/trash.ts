import { z } from '@hono/zod-openapi'
import { uuid } from '../contract/input.ts'
import type { Trash } from '../images/trash/trash.ts'
import { createRouter, json, type Router, route } from './routing.ts'
import { imageSchema, imagesSchema, pageOf, querySchema, toImageJson } from './schemas.ts'

const MAX_RESTORED = 1000
const DAY_MS = 24 * 3_600_000

const trashedImageSchema = imageSchema
  .extend({
    deleted_at: z.iso.datetime(),
    expires_at: z.iso.datetime().openapi({ description: 'Then it is removed for good.' }),
  })
  .openapi('TrashedImage')

export interface TrashRoutesOptions {
  trash: Trash
  log: { info(message: string): void }
}

/** Routes of deleted images that can be restored. */
export function trashRoutes({ trash, log }: TrashRoutesOptions): Router {
  const router = createRouter()

  router.openapi(
    route('user', {
      method: 'get',
      path: '/',
      summary: 'Deleted images that can be restored',
      request: { query: querySchema.pick({ page: true, items_per_page: true }) },
      responses: {
        200: {
          description: 'One page of them, the latest deletion first.',
          ...json(z.object({ images: z.array(trashedImageSchema), total: z.int() })),
        },
      },
    }),
    async (context) => {
      const { images, total } = await trash.list(pageOf(context.req.valid('query')))
      const list = images.map(({ image, deletedAt }) => ({
        ...toImageJson(image),
        deleted_at: new Date(deletedAt).toISOString(),
        expires_at: new Date(deletedAt + trash.days * DAY_MS).toISOString(),
      }))
      return context.json({ images: list, total }, 200)
    },
  )

  router.openapi(
    route('editor', {
      method: 'post',
      path: '/restore',
      summary: 'Put deleted images back to their places',
      request: {
        body: { required: true, ...json(z.object({ image_ids: z.array(uuid).max(MAX_RESTORED) })) },
      },
      responses: {
        200: {
          description: 'Those of the images that were in the trash. A name that is taken gets a number.',
          ...json(imagesSchema.pick({ images: true, total: true })),
        },
      },
    }),
    async (context) => {
      const images = await trash.restore(context.req.valid('json').image_ids)
      log.info(`Restored from the trash: ${images.length} images.`)
      return context.json({ images: images.map(toImageJson), total: images.length }, 200)
    },
  )

  router.openapi(
    route('admin', {
      method: 'delete',
      path: '/',
      summary: 'Remove all deleted images for good',
      responses: {
        200: {
          description: 'They are removed.',
          ...json(z.object({ status: z.literal('success'), removed: z.int() })),
        },
      },
    }),
    async (context) => {
      const removed = await trash.empty()
      log.info(`Emptied the trash: ${removed} images.`)
      return context.json({ status: 'success' as const, removed }, 200)
    },
  )

  return router
}
