import { z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { parseCrop } from '../search/region.ts'
import type { ImageSearch, SearchResult } from '../search/search.ts'
import { bytesOf } from './requests.ts'
import { createRouter, type HttpEnv, json, parseJson, type Router, route } from './routing.ts'
import {
  DEFAULT_TOP_K,
  fileField,
  filterOf,
  type ImagesJson,
  imagesSchema,
  kindSchema,
  pageOf,
  type Query,
  querySchema,
  roundScore,
  toImageJson,
  topKSchema,
  uuidSchema,
} from './schemas.ts'
import {
  type PictureSources,
  pictureTerm,
  readSearchRequest,
  searchRequestSchema,
  toTerms,
} from './search-requests.ts'

export interface SearchRoutesOptions extends PictureSources {
  search: ImageSearch
}

/** Routes that search by a picture, by an indexed image, or by several parts. */
export function searchRoutes({ search, ...sources }: SearchRoutesOptions): Router {
  const router = createRouter()
  const found = { 200: { description: 'The images found, best first.', ...json(imagesSchema) } }

  router.openapi(
    route('user', {
      method: 'post',
      path: '/similarity-search',
      summary: 'Find by a sketch or a picture that is sent along',
      request: {
        body: {
          required: true,
          content: {
            'multipart/form-data': {
              schema: z.object({
                image: fileField,
                top_k: topKSchema,
                query_json: z.string().optional().openapi({ description: 'A Query as JSON.' }),
                kind: kindSchema.optional(),
                crop: z.string().optional().openapi({ description: '`x,y,w,h` in 0…1 of the picture.' }),
              }),
            },
          },
        },
      },
      responses: found,
    }),
    async (context) => {
      const { image, top_k: topK, query_json: queryJson, kind = 'auto', crop } = context.req.valid('form')
      const picture = { read: () => bytesOf(image), crop: crop ? parseCrop(crop) : undefined }
      const options = optionsOf(parseQueryJson(queryJson), topK)
      return respondWithImages(context, await search.find([pictureTerm(picture, kind, 1)], options))
    },
  )

  router.openapi(
    route('user', {
      method: 'post',
      path: '/search-by-image',
      summary: 'Find by an indexed image, which comes first',
      request: {
        body: {
          required: true,
          ...json(
            z.object({
              image_id: uuidSchema,
              top_k: topKSchema,
              query: querySchema.nullish(),
            }),
          ),
        },
      },
      responses: found,
    }),
    async (context) => {
      const { image_id: imageId, top_k: topK, query } = context.req.valid('json')
      const options = optionsOf(query, topK)
      return respondWithImages(
        context,
        await search.find([{ kind: 'image id', id: imageId, weight: 1 }], options),
      )
    },
  )

  router.openapi(
    route('user', {
      method: 'post',
      path: '/search',
      summary: 'Find by parts: sketches, pictures, regions and words, wanted or unwanted',
      request: {
        // Not marked as required: otherwise each of the two forms would be demanded whatever is sent.
        body: {
          content: {
            'application/json': { schema: searchRequestSchema },
            'multipart/form-data': {
              schema: z
                .object({ search_json: z.string().openapi({ description: 'A SearchRequest as JSON.' }) })
                .catchall(z.unknown()),
            },
          },
        },
      },
      responses: found,
    }),
    async (context) => {
      const received = await readSearchRequest(context)
      const terms = await toTerms(received, sources)
      const { request } = received
      const options = optionsOf(request.query, request.top_k)
      if (!('parts' in request)) return respondWithImages(context, await search.find(terms, options))
      const result = await search.find(terms, { ...options, scoresTerms: true })
      return respondWithImages(context, result, {
        close: result.close ? { ...result.close, score: roundScore(result.close.score) } : null,
        parts: result.terms,
      })
    },
  )

  return router
}

function optionsOf(given: Query | null | undefined, topK = DEFAULT_TOP_K) {
  const query = given ?? {}
  return { filter: filterOf(query), topK, ...pageOf(query) }
}

/** @param explanation further fields of searches by parts */
function respondWithImages(
  context: Context<HttpEnv>,
  { images, total, timings, kind }: SearchResult,
  explanation: Pick<ImagesJson, 'close' | 'parts'> = {},
) {
  const parts = Object.entries(timings).map(([name, ms]) => `${name};dur=${ms.toFixed(2)}`)
  context.header('Server-Timing', parts.join(', '))
  context.header('X-Query-Kind', kind)
  return context.json({ images: images.map(toImageJson), total, ...explanation }, 200)
}

function parseQueryJson(text: string | undefined): Query {
  return text ? querySchema.parse(parseJson(text, 'query_json')) : {}
}
