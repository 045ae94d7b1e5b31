import { z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import type { Catalog } from '../catalog/catalog.ts'
import { flag, uuid } from '../contract/input.ts'
import { ownerOf } from './requests.ts'
import { createRouter, type HttpEnv, json, type Router, route } from './routing.ts'
import type { ImageJson } from './schemas.ts'

const MAX_IMAGES = 10_000

const starsSchema = z.object({ image_ids: z.array(uuid).max(MAX_IMAGES), starred: flag() }).openapi('Stars')

/** Stars on images, each user's own. */
export function starRoutes({ catalog }: { catalog: Catalog }): Router {
  const router = createRouter()
  router.openapi(
    route('user', {
      method: 'post',
      path: '/',
      summary: 'Give images a star of one’s own, or remove it',
      request: { body: { required: true, ...json(starsSchema) } },
      responses: {
        200: {
          description: 'It is done; unknown images are ignored.',
          ...json(z.object({ status: z.literal('success') })),
        },
      },
    }),
    async (context) => {
      const { image_ids: imageIds, starred } = context.req.valid('json')
      await catalog.collections.star(ownerOf(context), imageIds, starred)
      return context.json({ status: 'success' as const }, 200)
    },
  )
  return router
}

/** Adds whether each image has a star of the user. */
export async function withStars(
  context: Context<HttpEnv>,
  catalog: Catalog,
  images: ImageJson[],
): Promise<ImageJson[]> {
  const ids = images.map(({ id }) => id)
  const starred = new Set(ids.length > 0 ? await catalog.collections.starred(ownerOf(context), ids) : [])
  return images.map((image) => ({ ...image, starred: starred.has(image.id) }))
}
