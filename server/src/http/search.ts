import { z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import type { Catalog } from '../catalog/catalog.ts'
import { optional, text, uuid } from '../contract/input.ts'
import { DomainError } from '../errors.ts'
import type { ImageSearch, SearchResult } from '../search/search.ts'
import type { ImageFilters } from './image-filters.ts'
import { parseJsonField } from './input/json.ts'
import { bytesOf } from './requests.ts'
import { createRouter, type HttpEnv, json, type Router, route } from './routing.ts'
import {
  cropSchema,
  DEFAULT_TOP_K,
  fileField,
  type ImagesJson,
  imagesSchema,
  kindSchema,
  pageOf,
  type Query,
  querySchema,
  roundScore,
  toImageJson,
  topKSchema,
} from './schemas.ts'
import {
  MAX_JSON_CHARACTERS,
  type PictureSources,
  pictureTerm,
  readSearchRequest,
  searchFormSchema,
  searchRequestSchema,
  toTerms,
} from './search-requests.ts'
import { withStars } from './stars.ts'

export interface SearchRoutesOptions extends PictureSources {
  search: ImageSearch
  filters: ImageFilters
}

/** Routes that search by a picture, by an indexed image, or by several parts. */
export function searchRoutes({ search, filters, ...sources }: SearchRoutesOptions): Router {
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
                query_json: optional(text({ max: MAX_JSON_CHARACTERS, description: 'A Query as JSON.' })),
                kind: optional(kindSchema),
                crop: optional(cropSchema),
              }),
            },
          },
        },
      },
      responses: found,
    }),
    async (context) => {
      const { image, top_k: topK, query_json: queryJson, kind = 'auto', crop } = context.req.valid('form')
      const options = await optionsOf(context, filters, parseQueryJson(queryJson), topK)
      const term = pictureTerm({ read: () => bytesOf(image), crop }, kind, 1)
      try {
        return await respondWithImages(context, sources.catalog, await search.find([term], options))
      } catch (error) {
        // Clients of this route send an empty canvas when nothing has been drawn.
        if (!(error instanceof DomainError && error.code === 'blank_sketch')) throw error
        return context.json({ images: [], total: 0 }, 200)
      }
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
              image_id: uuid,
              top_k: topKSchema,
              query: querySchema,
            }),
          ),
        },
      },
      responses: found,
    }),
    async (context) => {
      const { image_id: imageId, top_k: topK, query } = context.req.valid('json')
      const options = await optionsOf(context, filters, query, topK)
      return respondWithImages(
        context,
        sources.catalog,
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
        body: {
          content: {
            'application/json': { schema: searchRequestSchema },
            'multipart/form-data': {
              schema: searchFormSchema,
            },
          },
        },
      },
      responses: found,
    }),
    async (context) => {
      const received = readSearchRequest(context.req.valid('form') ?? context.req.valid('json'))
      const terms = await toTerms(received, sources)
      const { request } = received
      const options = await optionsOf(context, filters, request.query, request.top_k)
      if (!('parts' in request))
        return respondWithImages(context, sources.catalog, await search.find(terms, options))
      const result = await search.find(terms, {
        ...options,
        scoresTerms: true,
        describes: request.words,
      })
      return respondWithImages(context, sources.catalog, result, {
        close: result.close ? { ...result.close, score: roundScore(result.close.score) } : null,
        parts: result.terms,
      })
    },
  )

  return router
}

async function optionsOf(
  context: Context<HttpEnv>,
  filters: ImageFilters,
  given: Query | null | undefined,
  topK = DEFAULT_TOP_K,
) {
  const query = given ?? {}
  return { filter: await filters.of(context, query), topK, ...pageOf(query) }
}

/** @param explanation further fields of searches by parts */
async function respondWithImages(
  context: Context<HttpEnv>,
  catalog: Catalog,
  { images, total, timings, kind }: SearchResult,
  explanation: Pick<ImagesJson, 'close' | 'parts'> = {},
) {
  const parts = Object.entries(timings).map(([name, ms]) => `${name};dur=${ms.toFixed(2)}`)
  context.header('Server-Timing', parts.join(', '))
  context.header('X-Query-Kind', kind)
  const list = await withStars(context, catalog, images.map(toImageJson))
  return context.json({ images: list, total, ...explanation }, 200)
}

function parseQueryJson(text: string | undefined): Query {
  return text === undefined ? {} : parseJsonField(querySchema, text, 'query_json')
}
