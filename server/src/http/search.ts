import type { Context } from 'hono'
import type { Catalog, ImageFilter } from '../catalog/catalog.ts'
import type { Handlers, HttpEnv } from '../contract/routes.ts'
import { DomainError } from '../errors.ts'
import type { ImageSearch, SearchResult } from '../search/search.ts'
import type { searchContract } from './contract/search.ts'
import { withCopies } from './copies.ts'
import type { ImageFilters } from './image-filters.ts'
import { parseJsonField } from './input/json.ts'
import { bytesOf, ownerOf } from './requests.ts'
import {
  DEFAULT_TOP_K,
  type ImagesJson,
  pageOf,
  type Query,
  querySchema,
  roundScore,
  toImageJson,
} from './schemas.ts'
import { type PictureSources, pictureTerm, readSearchRequest, toTerms } from './search-requests.ts'
import { withStars } from './stars.ts'

export interface SearchHandlersOptions extends PictureSources {
  search: ImageSearch
  filters: ImageFilters
}

export function searchHandlers({
  search,
  filters,
  ...sources
}: SearchHandlersOptions): Handlers<typeof searchContract> {
  const { catalog } = sources
  return {
    async byPicture(context) {
      const { image, top_k: topK, query_json: queryJson, kind = 'auto', crop } = context.req.valid('form')
      const options = await optionsOf(context, filters, parseQueryJson(queryJson), topK)
      const term = pictureTerm({ read: () => bytesOf(image), crop }, kind, 1)
      try {
        return await respondWithImages(context, catalog, options, await search.find([term], options))
      } catch (error) {
        // Clients of this route send an empty canvas when nothing has been drawn.
        if (!(error instanceof DomainError && error.code === 'blank_sketch')) throw error
        return context.json({ images: [], total: 0 }, 200)
      }
    },
    async byImage(context) {
      const { image_id: imageId, top_k: topK, query } = context.req.valid('json')
      const options = await optionsOf(context, filters, query, topK)
      const found = await search.find([{ kind: 'image id', id: imageId, weight: 1 }], options)
      return respondWithImages(context, catalog, options, found)
    },
    async byParts(context) {
      const received = readSearchRequest(context.req.valid('form') ?? context.req.valid('json'))
      const terms = await toTerms(received, sources)
      const { request } = received
      const options = await optionsOf(context, filters, request.query, request.top_k)
      if (!('parts' in request))
        return respondWithImages(context, catalog, options, await search.find(terms, options))
      const result = await search.find(terms, {
        ...options,
        scoresTerms: true,
        describes: request.words,
        language: request.language,
      })
      return respondWithImages(context, catalog, options, result, {
        close: result.close ? { ...result.close, score: roundScore(result.close.score) } : null,
        parts: result.terms,
      })
    },
  }
}

async function optionsOf(
  context: Context<HttpEnv>,
  filters: ImageFilters,
  given: Query | null | undefined,
  topK = DEFAULT_TOP_K,
) {
  const query = given ?? {}
  const { signal } = context.req.raw
  return {
    filter: await filters.of(ownerOf(context), query, context.req.raw),
    topK,
    ...pageOf(query),
    signal,
  }
}

/** @param explanation further fields of searches by parts */
async function respondWithImages(
  context: Context<HttpEnv>,
  catalog: Catalog,
  { filter }: { filter: ImageFilter },
  { images, total, timings, kind }: SearchResult,
  explanation: Pick<ImagesJson, 'close' | 'parts'> = {},
) {
  const parts = Object.entries(timings).map(([name, ms]) => `${name};dur=${ms.toFixed(2)}`)
  context.header('Server-Timing', parts.join(', '))
  context.header('X-Query-Kind', kind)
  const starred = await withStars(context, catalog, images.map(toImageJson))
  const list = await withCopies(catalog, filter, starred)
  return context.json({ images: list, total, ...explanation }, 200)
}

function parseQueryJson(text: string | undefined): Query {
  return text === undefined ? {} : parseJsonField(querySchema, text, 'query_json')
}
