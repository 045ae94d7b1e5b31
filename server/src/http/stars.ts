import type { Context } from 'hono'
import type { Catalog } from '../catalog/catalog.ts'
import type { Handlers, HttpEnv } from '../contract/routes.ts'
import type { starContract } from './contract/stars.ts'
import { ownerOf } from './requests.ts'
import type { ImageJson } from './schemas.ts'

export function starHandlers({ catalog }: { catalog: Catalog }): Handlers<typeof starContract> {
  return {
    async set(context) {
      const { image_ids: imageIds, starred } = context.req.valid('json')
      await catalog.collections.star(ownerOf(context), imageIds, starred)
      return context.json({ status: 'success' as const }, 200)
    },
  }
}

/** Adds whether each image has a star of the user. */
export async function withStars(
  context: Context<HttpEnv>,
  catalog: Catalog,
  images: ImageJson[],
): Promise<ImageJson[]> {
  const ids = images.map(({ id }) => id)
  const starred = new Set(ids.length > 0 ? await catalog.collections.starred(ownerOf(context), ids) : [])
  return images.map((image) => Object.assign(image, { starred: starred.has(image.id) }))
}
