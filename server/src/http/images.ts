import { z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import type { Catalog } from '../catalog/catalog.ts'
import type { ImageFiles } from '../images/image-files.ts'
import { bytesOf, findImage } from './requests.ts'
import { createRouter, type HttpEnv, json, type Router, route } from './routing.ts'
import {
  fileField,
  filterOf,
  idParameter,
  imageSchema,
  imagesSchema,
  orderOf,
  pageOf,
  querySchema,
  toImageJson,
} from './schemas.ts'

export interface ImageRoutesOptions {
  catalog: Catalog
  imageFiles: ImageFiles
  log: { info(message: string): void }
}

/** Routes that list, add and delete images. */
export function imageRoutes({ catalog, imageFiles, log }: ImageRoutesOptions): Router {
  const router = createRouter()

  router.openapi(
    route('user', {
      method: 'get',
      path: '/',
      summary: 'The images that pass the filters',
      request: { query: querySchema },
      responses: { 200: { description: 'One page of them.', ...json(imagesSchema) } },
    }),
    async (context) => {
      const query = context.req.valid('query')
      const { images, total } = await catalog.images.list({
        filter: filterOf(query),
        ...orderOf(query),
        ...pageOf(query),
      })
      return context.json({ images: images.map(toImageJson), total }, 200)
    },
  )

  router.openapi(
    route('editor', {
      method: 'post',
      path: '/',
      summary: 'Add an image file to the gallery',
      request: {
        body: {
          required: true,
          content: {
            'multipart/form-data': {
              schema: z.object({ image: fileField, directory: z.string().default('.') }),
            },
          },
        },
      },
      responses: {
        200: {
          description: 'It can be found by search now.',
          ...json(z.object({ status: z.literal('success'), image: imageSchema })),
        },
      },
    }),
    async (context) => {
      const { image: file, directory } = context.req.valid('form')
      const image = await imageFiles.add(await bytesOf(file), file.name, directory)
      log.info(`${whoOf(context)} has added ${JSON.stringify(image.path)}.`)
      return context.json({ status: 'success' as const, image: toImageJson(image) }, 200)
    },
  )

  router.openapi(
    route('user', {
      method: 'get',
      path: '/{id}',
      summary: 'One image',
      request: { params: idParameter },
      responses: { 200: { description: 'The image.', ...json(imageSchema) } },
    }),
    async (context) =>
      context.json(toImageJson(await findImage(catalog, context.req.valid('param').id)), 200),
  )

  router.openapi(
    route('editor', {
      method: 'delete',
      path: '/{id}',
      summary: 'Delete the file and all that is known of it',
      request: { params: idParameter },
      responses: { 200: { description: 'It is gone.', ...json(z.object({ status: z.literal('success') })) } },
    }),
    async (context) => {
      const image = await findImage(catalog, context.req.valid('param').id)
      await imageFiles.delete(image)
      log.info(`${whoOf(context)} has deleted ${JSON.stringify(image.path)}.`)
      return context.json({ status: 'success' as const }, 200)
    },
  )

  return router
}

/** For the log. */
function whoOf(context: Context<HttpEnv>): string {
  const email = context.get('email')
  return email === undefined ? 'Somebody' : JSON.stringify(email)
}
