import type { Context } from 'hono'
import type { Catalog, Image } from '../catalog/catalog.ts'
import type { Handlers, HttpEnv } from '../contract/routes.ts'
import { DomainError } from '../errors.ts'
import { exportImages } from '../images/export/export.ts'
import type { ExportedImage } from '../images/export/formats.ts'
import { imagesInOrder } from '../images/export/images.ts'
import type { ImageFiles } from '../images/image-files.ts'
import { type ExportRequest, type exportContract, exportRequestSchema } from './contract/export.ts'
import type { SavedSearch } from './contract/search-request.ts'
import { type ImageFilters, readSavedSearch } from './image-filters.ts'
import { parseJsonField } from './input/json.ts'
import { visibleCollection } from './requests.ts'
import { DEFAULT_TOP_K, orderOf } from './schemas.ts'

export interface ExportHandlersOptions {
  catalog: Catalog
  imageFiles: ImageFiles
  filters: ImageFilters
  log: { error(error: unknown, message: string): void }
}

const IDS_PER_SECTION = 200
const DEFAULT_TITLE = 'Pictures'

export function exportHandlers({
  catalog,
  imageFiles,
  filters,
  log,
}: ExportHandlersOptions): Handlers<typeof exportContract> {
  return {
    async export(context) {
      const request = readRequest(context.req.valid('form') ?? context.req.valid('json'))
      const { images, title } = await imagesOf(context, request)
      const { contentType, fileName, body } = exportImages(imageFiles, {
        images,
        format: request.format,
        layout: request.layout ?? 'folders',
        title: request.title ?? title,
      })
      const headers = {
        'Content-Type': contentType,
        'Content-Disposition': `attachment; filename*=UTF-8''${encodeURIComponent(fileName).replaceAll("'", '%27')}`,
        'Content-Security-Policy': "default-src 'none'; sandbox",
      }
      return new Response(
        toStream(body, (error) => log.error(error, `Export of ${fileName} failed`)),
        {
          headers,
        },
      )
    },
  }

  async function imagesOf(
    context: Context<HttpEnv>,
    request: ExportRequest,
  ): Promise<{ images: AsyncIterable<ExportedImage>; title: string }> {
    const { image_ids: ids, collection: collectionId, query, search } = request
    const named = [ids, collectionId, query ?? undefined, search ?? undefined]
    if (named.filter((source) => source !== undefined).length !== 1)
      throw new DomainError('invalid_request', 'Give exactly one of image_ids, collection, query and search.')
    if (ids !== undefined) return { images: byId(ids), title: DEFAULT_TITLE }
    if (search) return { images: await found(context, search), title: DEFAULT_TITLE }
    if (collectionId === undefined) return { images: await listed(context, query!), title: DEFAULT_TITLE }
    const collection = await visibleCollection(context, catalog, collectionId)
    const saved = collection.search === undefined ? undefined : readSavedSearch(collection)
    const images =
      saved?.parts === undefined
        ? await listed(context, {
            collection: collectionId,
            order_by: 'captured_at',
            direction: 'ascending',
          })
        : await found(context, saved)
    return { images, title: collection.name }
  }

  async function listed(context: Context<HttpEnv>, query: NonNullable<ExportRequest['query']>) {
    return imagesInOrder(catalog, { filter: await filters.of(context, query), ...orderOf(query) })
  }

  /** Results are found before the first one is sent, so that a search that fails has an answer. */
  async function found(
    context: Context<HttpEnv>,
    search: SavedSearch,
  ): Promise<AsyncIterable<ExportedImage>> {
    const { parts, top_k: limit = DEFAULT_TOP_K, query } = search
    if (parts === undefined) return listed(context, query ?? {})
    const { images } = await filters.find(context, { ...search, parts }, { filter: {}, offset: 0, limit })
    return iterate(images)
  }

  async function* byId(ids: readonly string[]): AsyncGenerator<Image> {
    for (let start = 0; start < ids.length; start += IDS_PER_SECTION)
      yield* await catalog.images.getAll(ids.slice(start, start + IDS_PER_SECTION))
  }
}

/** @param input the request as JSON, or a form with the same JSON in a field */
function readRequest(input: ExportRequest | { export_json: string }): ExportRequest {
  if (!('export_json' in input)) return input
  return parseJsonField(exportRequestSchema, input.export_json, 'export_json')
}

async function* iterate<T>(values: readonly T[]): AsyncGenerator<T> {
  yield* values
}

/** A stream that asks for the next part when the one before has been sent. */
function toStream(
  parts: AsyncIterable<Uint8Array>,
  onError: (error: unknown) => void,
): ReadableStream<Uint8Array> {
  const iterator = parts[Symbol.asyncIterator]()
  return new ReadableStream(
    {
      async pull(controller) {
        try {
          const { done, value } = await iterator.next()
          if (done) controller.close()
          else controller.enqueue(value)
        } catch (error) {
          onError(error)
          controller.error(error)
        }
      },
      async cancel() {
        await iterator.return?.()
      },
    },
    { highWaterMark: 1 },
  )
}
