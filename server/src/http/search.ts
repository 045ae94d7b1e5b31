import { z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import type { Catalog } from '../catalog/catalog.ts'
import { DomainError } from '../errors.ts'
import type { ImageFiles } from '../images/image-files.ts'
import type { SavedQueries } from '../saved-queries/saved-queries.ts'
import { parseCrop } from '../search/region.ts'
import type { ImageSearch, QueryTerm, SearchResult } from '../search/search.ts'
import { bytesOf, findImage } from './requests.ts'
import { createRouter, type HttpEnv, json, parseJson, type Router, route } from './routing.ts'
import {
  DEFAULT_TOP_K,
  type exampleSchema,
  fileField,
  filterOf,
  imagesSchema,
  kindSchema,
  pageOf,
  type Query,
  querySchema,
  searchRequestSchema,
  toImageJson,
  topKSchema,
  uuidSchema,
} from './schemas.ts'

export interface SearchRoutesOptions {
  queries: SavedQueries
  catalog: Catalog
  search: ImageSearch
  imageFiles: ImageFiles
}

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
      const picture = { bytes: await bytesOf(image), kind, crop: crop ? parseCrop(crop) : undefined }
      const result = await search.byPicture(picture, optionsOf(parseQueryJson(queryJson), topK))
      return respondWithImages(context, result)
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
      return respondWithImages(context, await search.byImage(imageId, optionsOf(query, topK)))
    },
  )

  router.openapi(
    route('user', {
      method: 'post',
      path: '/search',
      summary: 'Find by several examples: more like these, less like those',
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
      const { request, files } = await readSearchRequest(context)
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
    {
      image_id: imageId,
      query_id: queryId,
      upload,
      kind,
      crop: cropText,
      weight,
    }: z.output<typeof exampleSchema>,
    files: Map<string, File>,
  ): Promise<QueryTerm> {
    const crop = cropText ? parseCrop(cropText) : undefined
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

function respondWithImages(context: Context<HttpEnv>, { images, total, timings, kind }: SearchResult) {
  const parts = Object.entries(timings).map(([name, ms]) => `${name};dur=${ms.toFixed(2)}`)
  context.header('Server-Timing', parts.join(', '))
  context.header('X-Query-Kind', kind)
  return context.json({ images: images.map(toImageJson), total }, 200)
}

function parseQueryJson(text: string | undefined): Query {
  return text ? querySchema.parse(parseJson(text, 'query_json')) : {}
}

async function readSearchRequest(context: Context<HttpEnv>) {
  if (!context.req.header('content-type')?.startsWith('multipart/')) {
    const body = parseJson(await context.req.text(), 'The request')
    return { request: searchRequestSchema.parse(body), files: new Map<string, File>() }
  }
  const form = await context.req.formData()
  const files = new Map([...form].filter((field): field is [string, File] => field[1] instanceof File))
  const text = form.get('search_json')
  const request = searchRequestSchema.parse(parseJson(typeof text === 'string' ? text : '', 'search_json'))
  return { request, files }
}
