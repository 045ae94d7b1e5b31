import { z } from '@hono/zod-openapi'
import { optional, text } from '../contract/input.ts'
import type { ImageReader } from '../gallery/image-reader.ts'
import type { SavedQueries, SavedQuery } from '../saved-queries/saved-queries.ts'
import { respondWithFile } from './file-response.ts'
import { parseJson } from './input/json.ts'
import { binary, createRouter, json, type Router, route } from './routing.ts'
import { fileField, kindSchema, savedQueryIdSchema } from './schemas.ts'

const MAX_SKETCH_CHARACTERS = 2_000_000

const savedQuerySchema = z
  .object({
    id: savedQueryIdSchema,
    kind: kindSchema,
    sketch: z.unknown().openapi({ description: 'The strokes, as they were sent; null if there are none.' }),
    image_url: z.string(),
  })
  .openapi('KeptQuery')

/** Pictures and drawings that are searched with, kept for a week, so that a search has an address that can be shared. */
export function queryRoutes({
  queries,
  reader,
}: {
  queries: SavedQueries
  reader: Pick<ImageReader, 'decode' | 'render'>
}): Router {
  const router = createRouter()
  const toJson = ({ id, kind, sketch }: SavedQuery) => ({
    id,
    kind,
    sketch: sketch ?? null,
    image_url: `/api/queries/${id}/image`,
  })

  router.openapi(
    route('user', {
      method: 'post',
      path: '/',
      summary: 'Keep a picture or a drawing to search with',
      request: {
        body: {
          required: true,
          content: {
            'multipart/form-data': {
              schema: z.object({
                image: fileField,
                kind: optional(kindSchema),
                sketch: optional(
                  text({
                    max: MAX_SKETCH_CHARACTERS,
                    description: 'The strokes of a drawing as JSON, for editing it again.',
                  }),
                ),
              }),
            },
          },
        },
      },
      responses: { 200: { description: 'It is kept.', ...json(savedQuerySchema) } },
    }),
    async (context) => {
      const { image, kind = 'auto', sketch } = context.req.valid('form')
      const bytes = new Uint8Array(await image.arrayBuffer())
      // An upload that is no picture is refused now rather than when its address is opened.
      await reader.decode(bytes, { width: 16, height: 16 })
      const strokes = sketch === undefined ? null : parseJson(sketch, ['body', 'sketch'])
      return context.json(toJson(await queries.keep(bytes, kind, strokes)), 200)
    },
  )

  const parameter = z.object({ id: savedQueryIdSchema })
  router.openapi(
    route('user', {
      method: 'get',
      path: '/{id}',
      summary: 'A kept query',
      request: { params: parameter },
      responses: { 200: { description: 'The query.', ...json(savedQuerySchema) } },
    }),
    async (context) => context.json(toJson(await queries.get(context.req.valid('param').id)), 200),
  )

  router.openapi(
    route('user', {
      method: 'get',
      path: '/{id}/image',
      summary: 'The picture of a kept query, as every browser shows it',
      request: { params: parameter },
      responses: { 200: { description: 'The picture.', ...binary('image/webp') } },
    }),
    async (context) => {
      const { id } = context.req.valid('param')
      return respondWithFile(context, {
        contentType: 'image/webp',
        etag: `"${id}"`,
        body: async () => ({
          bytes: await reader.render(await queries.bytes(id), 1024),
          matchesCatalog: true,
        }),
      })
    },
  )
  return router
}
