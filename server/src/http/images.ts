import { z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import type { Catalog } from '../catalog/catalog.ts'
import { choice, optional, text } from '../contract/input.ts'
import { ON_CONFLICT } from '../images/add.ts'
import type { ImageFiles } from '../images/image-files.ts'
import { bytesOf, findImage } from './requests.ts'
import { createRouter, type HttpEnv, json, type Router, route } from './routing.ts'
import {
  fileField,
  filterOf,
  imageParameter,
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

const uploadSchema = z.object({
  image: fileField,
  directory: text({ max: 4096, description: 'Folder, made if it is missing. Default: the root.' }).optional(),
  on_conflict: optional(
    choice(ON_CONFLICT, {
      description:
        'For a taken name with other bytes: `keep_both` stores the file as `NAME (2).png`; `refuse` responds with 409; `replace` deletes the other image first, which the trash keeps.',
      default: 'keep_both',
    }),
  ),
})

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
              schema: uploadSchema,
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
      const {
        image: file,
        directory = '.',
        on_conflict: onConflict = 'keep_both',
      } = context.req.valid('form')
      const image = await imageFiles.add({
        bytes: await bytesOf(file),
        name: file.name,
        directory,
        onConflict,
      })
      log.info(`${whoOf(context)} has added ${JSON.stringify(image.path)}.`)
      return context.json({ status: 'success' as const, image: toImageJson(image) }, 200)
    },
  )

  router.openapi(
    route('user', {
      method: 'get',
      path: '/{image_id}',
      summary: 'One image',
      request: { params: imageParameter },
      responses: { 200: { description: 'The image.', ...json(imageSchema) } },
    }),
    async (context) =>
      context.json(toImageJson(await findImage(catalog, context.req.valid('param').image_id)), 200),
  )

  router.openapi(
    route('editor', {
      method: 'delete',
      path: '/{image_id}',
      summary: 'Move the file into the trash; with `trash.days: 0`, delete it and everything derived from it',
      request: { params: imageParameter },
      responses: {
        200: {
          description: 'It is deleted, or there is no such image.',
          ...json(z.object({ status: z.literal('success') })),
        },
      },
    }),
    async (context) => {
      const image = await catalog.images.get(context.req.valid('param').image_id)
      if (image !== undefined) {
        await imageFiles.delete(image)
        log.info(`${whoOf(context)} has deleted ${JSON.stringify(image.path)}.`)
      }
      return context.json({ status: 'success' as const }, 200)
    },
  )

  return router
}

/** Names the user in the log. */
function whoOf(context: Context<HttpEnv>): string {
  const email = context.get('email')
  return email === undefined ? 'A user' : JSON.stringify(email)
}
