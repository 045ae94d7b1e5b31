import { z } from '@hono/zod-openapi'
import type { Catalog } from '../catalog/catalog.ts'
import { toJpeg } from '../gallery/thumbnails.ts'
import type { ImageFiles } from '../images/image-files.ts'
import { respondWithFile } from './file-response.ts'
import { findEvenIfDeleted, findImage } from './requests.ts'
import { binary, createRouter, type Router, route } from './routing.ts'
import { contentVersion, imageParameter, renditionSizeSchema } from './schemas.ts'

export interface ImageFileRoutesOptions {
  catalog: Catalog
  imageFiles: ImageFiles
}

/** Routes that send the pixels of an image: original, preview and thumbnail. */
export function imageFileRoutes({ catalog, imageFiles }: ImageFileRoutesOptions): Router {
  const router = createRouter()

  router.openapi(
    route('user', {
      method: 'get',
      path: '/{image_id}/thumbnail',
      summary: 'The thumbnail, or a larger version, as WebP',
      request: { params: imageParameter, query: z.object({ size: renditionSizeSchema }) },
      responses: {
        200: {
          description: 'The picture; a JPEG if `Accept` excludes WebP.',
          ...binary('image/webp', 'image/jpeg'),
        },
      },
    }),
    async (context) => {
      const image = await findEvenIfDeleted(catalog, context.req.valid('param').image_id)
      const { size } = context.req.valid('query')
      const asWebp = acceptsWebp(context.req.header('accept'))
      const response = await respondWithFile(context, {
        contentType: asWebp ? 'image/webp' : 'image/jpeg',
        version: contentVersion(image),
        etag: `"${image.contentHash.slice(0, 32)}-${size ?? 'thumbnail'}${asWebp ? '' : '-jpeg'}"`,
        async body() {
          const content = await (size === undefined
            ? imageFiles.thumbnail(image)
            : imageFiles.rendition(image, size))
          return asWebp ? content : { ...content, bytes: await toJpeg(content.bytes) }
        },
      })
      response.headers.set('Vary', 'Accept')
      return response
    },
  )

  router.openapi(
    route('user', {
      method: 'get',
      path: '/{image_id}/view',
      summary: 'The original file',
      request: { params: imageParameter },
      responses: { 200: { description: 'Its bytes; ranges are honoured.', ...binary('image/*') } },
    }),
    async (context) => {
      const image = await findImage(catalog, context.req.valid('param').image_id)
      return respondWithFile(context, {
        contentType: image.contentType,
        version: contentVersion(image),
        etag: `"${image.contentHash.slice(0, 32)}"`,
        fileName: image.name,
        file: { open: () => imageFiles.open(image), bytes: image.bytes, modifiedAt: image.modifiedAt },
      })
    },
  )

  router.openapi(
    route('user', {
      method: 'get',
      path: '/{image_id}/preview',
      summary: 'A version that every browser shows, at most 2048 pixels a side',
      request: { params: imageParameter },
      responses: { 200: { description: 'The picture.', ...binary('image/webp', 'image/*') } },
    }),
    async (context) => {
      const image = await findImage(catalog, context.req.valid('param').image_id)
      const etag = `"${image.contentHash.slice(0, 32)}-preview"`
      return respondWithFile(context, {
        contentType: 'image/webp',
        version: contentVersion(image),
        etag,
        body: () => imageFiles.preview(image),
      })
    },
  )

  return router
}

/** A client that sends no `Accept` takes any type. */
function acceptsWebp(accept: string | undefined): boolean {
  return accept === undefined || /image\/webp|image\/\*|\*\/\*/i.test(accept)
}
