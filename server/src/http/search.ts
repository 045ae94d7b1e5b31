import { z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import type { Catalog } from '../catalog/catalog.ts'
import { optional, text, uuid } from '../contract/input.ts'
import { DomainError } from '../errors.ts'
import type { ImageFiles } from '../images/image-files.ts'
import type { SavedQueries } from '../saved-queries/saved-queries.ts'
import type { ImageSearch, QueryTerm, SearchResult } from '../search/search.ts'
import { parseJsonField } from './input/json.ts'
import { bytesOf, findImage } from './requests.ts'
import { createRouter, type HttpEnv, json, type Router, route } from './routing.ts'
import {
  cropSchema,
  DEFAULT_TOP_K,
  type exampleSchema,
  fileField,
  filterOf,
  imagesSchema,
  kindSchema,
  pageOf,
  type Query,
  querySchema,
  type SearchRequest,
  searchRequestSchema,
  toImageJson,
  topKSchema,
} from './schemas.ts'

export interface SearchRoutesOptions {
  queries: SavedQueries
  catalog: Catalog
  search: ImageSearch
  imageFiles: ImageFiles
}

const MAX_JSON_CHARACTERS = 1_000_000
/** The other fields are pictures, which the terms name as `upload`. */
const searchFormSchema = z
  .object({ search_json: text({ max: MAX_JSON_CHARACTERS, description: 'A SearchRequest as JSON.' }) })
  .catchall(z.unknown())

/** Routes that search by a picture, by an indexed image, or by several of both. */
export function searchRoutes({ catalog, search, queries, imageFiles }: SearchRoutesOptions): Router {
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
      const picture = { bytes: await bytesOf(image), kind, crop }
      const options = optionsOf(parseQueryJson(queryJson), topK)
      try {
        return respondWithImages(context, await search.byPicture(picture, options))
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
      return respondWithImages(context, await search.byImage(imageId, optionsOf(query, topK)))
    },
  )

  router.openapi(
    route('user', {
      method: 'post',
      path: '/search',
      summary: 'Find by several examples: more like these, less like those',
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
      const { request, files } = readSearchRequest(context.req.valid('form') ?? context.req.valid('json'))
      const toExamples = (list: z.output<typeof exampleSchema>[]) =>
        Promise.all(list.map((example) => toExample(example, files)))
      const options = optionsOf(request.query, request.top_k)
      const [only] = request.positive
      // An image that is searched by alone comes first among its equals.
      if (
        only?.image_id !== undefined &&
        !only.crop &&
        request.positive.length + request.negative.length === 1
      )
        return respondWithImages(context, await search.byImage(only.image_id, options))
      const positive = await toExamples(request.positive)
      const negative = await toExamples(request.negative)
      return respondWithImages(context, await search.byTerms(positive, negative, options))
    },
  )

  return router

  async function toExample(
    { image_id: imageId, query_id: queryId, upload, kind, crop, weight }: z.output<typeof exampleSchema>,
    files: Map<string, File>,
  ): Promise<QueryTerm> {
    if (imageId !== undefined) {
      if (crop === undefined) return { source: { imageId }, weight }
      const image = await findImage(catalog, imageId)
      const read = async () => ({ bytes: (await imageFiles.read(image)).bytes, kind: 'image' as const, crop })
      return { source: read, weight }
    }
    if (queryId !== undefined) {
      const query = await queries.get(queryId)
      return { source: async () => ({ bytes: await queries.bytes(queryId), kind: query.kind, crop }), weight }
    }
    const file = upload === undefined ? undefined : files.get(upload)
    if (file === undefined) {
      throw new DomainError(
        'invalid_request',
        'Each example needs an image_id, a query_id, or an upload that names a file of the form.',
      )
    }
    return { source: async () => ({ bytes: await bytesOf(file), kind, crop }), weight }
  }
}

function optionsOf(given: Query | null | undefined, topK = DEFAULT_TOP_K) {
  const query = given ?? {}
  return { filter: filterOf(query), topK, ...pageOf(query) }
}

/** A request is JSON, or a form with pictures and the same JSON in a field. */
function readSearchRequest(input: SearchRequest | z.output<typeof searchFormSchema>) {
  if (!('search_json' in input)) return { request: input as SearchRequest, files: new Map<string, File>() }
  const { search_json: text, ...fields } = input
  const files = new Map(
    Object.entries(fields).filter((field): field is [string, File] => field[1] instanceof File),
  )
  return { request: parseJsonField(searchRequestSchema, text as string, 'search_json'), files }
}

function respondWithImages(context: Context<HttpEnv>, { images, total, timings, kind }: SearchResult) {
  const parts = Object.entries(timings).map(([name, ms]) => `${name};dur=${ms.toFixed(2)}`)
  context.header('Server-Timing', parts.join(', '))
  context.header('X-Query-Kind', kind)
  return context.json({ images: images.map(toImageJson), total }, 200)
}

function parseQueryJson(text: string | undefined): Query {
  return text === undefined ? {} : parseJsonField(querySchema, text, 'query_json')
}
