import { z } from '@hono/zod-openapi'
import type { Catalog, Image } from '../catalog/catalog.ts'
import { toSystemPath } from '../gallery/file-names.ts'
import { isShownByBrowsers } from '../gallery/formats/index.ts'
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
      responses: { 200: { description: 'The picture.', ...binary('image/webp') } },
    }),
    async (context) => {
      const image = await findEvenIfDeleted(catalog, context.req.valid('param').image_id)
      const { size } = context.req.valid('query')
      return respondWithFile(context, {
        contentType: 'image/webp',
        version: contentVersion(image),
        etag: `"${image.contentHash.slice(0, 32)}-${size ?? 'thumbnail'}"`,
        body: () => (size === undefined ? imageFiles.thumbnail(image) : imageFiles.rendition(image, size)),
      })
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
        file: await versionOf(image),
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
      const isFit = isShownByBrowsers(image.contentType) && imageFiles.isSmallEnough(image)
      if (isFit)
        return respondWithFile(context, {
          contentType: image.contentType,
          version: contentVersion(image),
          etag,
          file: await versionOf(image),
        })
      return respondWithFile(context, {
        contentType: 'image/webp',
        version: contentVersion(image),
        etag,
        body: () => imageFiles.preview(image),
      })
    },
  )

  return router

  async function versionOf(image: Image) {
    return {
      path: toSystemPath(await imageFiles.fileOf(image)),
      bytes: image.bytes,
      modifiedAt: image.modifiedAt,
    }
  }
}
