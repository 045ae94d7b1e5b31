import { z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import type { Catalog, Image } from '../catalog/catalog.ts'
import { DomainError } from '../errors.ts'
import { isShownByBrowsers } from '../gallery/formats/index.ts'
import type { ImageFiles } from '../images/image-files.ts'
import type { SavedQueries } from '../saved-queries/saved-queries.ts'
import { createDuplicateFinder, withoutDeleted } from '../search/duplicates/finder.ts'
import { parseCrop } from '../search/region.ts'
import { type ImageSearch, imageNotFound, type QueryTerm, type SearchResult } from '../search/search.ts'
import { respondWithFile } from './file-response.ts'
import { binary, createRouter, type HttpEnv, json, parseJson, type Router, route } from './routing.ts'
import {
  DEFAULT_TOP_K,
  duplicateThresholdSchema,
  type exampleSchema,
  fileField,
  filterOf,
  idParameter,
  imageSchema,
  imagesSchema,
  kindSchema,
  orderOf,
  pageOf,
  type Query,
  querySchema,
  searchRequestSchema,
  toImageJson,
  topKSchema,
  uuidSchema,
} from './schemas.ts'

export interface ImageRoutesOptions {
  queries: SavedQueries
  catalog: Catalog
  search: ImageSearch
  imageFiles: ImageFiles
  /** Similarity from which images count as near-duplicates, unless a request names another. */
  duplicateThreshold: number
  log: { info(message: string): void }
}

export function imageRoutes(options: ImageRoutesOptions): Router {
  const { catalog, search, queries, imageFiles, log } = options
  const router = createRouter()
  const findDuplicates = createDuplicateFinder({ catalog, isShown: imageFiles.isShownByLink })
  const found = { 200: { description: 'The images found, best first.', ...json(imagesSchema) } }

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

  router.openapi(
    route('user', {
      method: 'get',
      path: '/duplicates',
      summary: 'Groups of near-identical images',
      request: {
        query: z.object({
          threshold: duplicateThresholdSchema,
          page: querySchema.shape.page,
          items_per_page: querySchema.shape.items_per_page,
        }),
      },
      responses: {
        200: {
          description:
            'The groups, largest first. In a large gallery, those that were found so far: `progress` is below 1 until all images have been compared.',
          ...json(
            z.object({
              groups: z.array(z.object({ images: z.array(imageSchema) })),
              total: z.int(),
              progress: z.number().min(0).max(1),
            }),
          ),
        },
      },
    }),
    async (context) => {
      const query = context.req.valid('query')
      const { offset, limit } = pageOf(query)
      const { groups, progress } = await findDuplicates(query.threshold ?? options.duplicateThreshold)
      const page = await withoutDeleted(catalog, groups.slice(offset, offset + limit))
      const groupsJson = page.map((images) => ({ images: images.map(toImageJson) }))
      return context.json({ groups: groupsJson, total: groups.length, progress }, 200)
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
    async (context) => context.json(toImageJson(await imageOf(context.req.valid('param').id)), 200),
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
      const image = await imageOf(context.req.valid('param').id)
      await imageFiles.delete(image)
      log.info(`${whoOf(context)} has deleted ${JSON.stringify(image.path)}.`)
      return context.json({ status: 'success' as const }, 200)
    },
  )

  router.openapi(
    route('user', {
      method: 'get',
      path: '/{id}/thumbnail',
      summary: 'The thumbnail, a WebP',
      request: { params: idParameter },
      responses: { 200: { description: 'The thumbnail.', ...binary('image/webp') } },
    }),
    async (context) => {
      const image = await imageOf(context.req.valid('param').id)
      return respondWithFile(context, {
        contentType: 'image/webp',
        etag: `"${image.contentHash.slice(0, 32)}-thumbnail"`,
        body: () => imageFiles.thumbnail(image),
      })
    },
  )

  router.openapi(
    route('user', {
      method: 'get',
      path: '/{id}/view',
      summary: 'The original file',
      request: { params: idParameter },
      responses: { 200: { description: 'Its bytes; ranges are honoured.', ...binary('image/*') } },
    }),
    async (context) => {
      const image = await imageOf(context.req.valid('param').id)
      return respondWithFile(context, {
        contentType: image.contentType,
        etag: `"${image.contentHash.slice(0, 32)}"`,
        fileName: image.name,
        file: await versionOf(image),
      })
    },
  )

  router.openapi(
    route('user', {
      method: 'get',
      path: '/{id}/preview',
      summary: 'A version that every browser shows, at most 2048 pixels a side',
      request: { params: idParameter },
      responses: { 200: { description: 'The picture.', ...binary('image/webp', 'image/*') } },
    }),
    async (context) => {
      const image = await imageOf(context.req.valid('param').id)
      const etag = `"${image.contentHash.slice(0, 32)}-preview"`
      const isFit = isShownByBrowsers(image.contentType) && imageFiles.isSmallEnough(image)
      if (isFit)
        return respondWithFile(context, {
          contentType: image.contentType,
          etag,
          file: await versionOf(image),
        })
      return respondWithFile(context, {
        contentType: 'image/webp',
        etag,
        body: () => imageFiles.preview(image),
      })
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
      const image = await imageOf(imageId)
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

  async function versionOf(image: Image) {
    return { path: await imageFiles.fileOf(image), bytes: image.bytes, modifiedAt: image.modifiedAt }
  }

  async function imageOf(id: string) {
    const image = await catalog.images.get(id)
    if (image === undefined) throw imageNotFound(id)
    return image
  }
}

async function bytesOf(file: File): Promise<Uint8Array> {
  return new Uint8Array(await file.arrayBuffer())
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

/** For the log. */
function whoOf(context: Context<HttpEnv>): string {
  const email = context.get('email')
  return email === undefined ? 'Somebody' : JSON.stringify(email)
}
