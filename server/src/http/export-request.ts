import type { Catalog, Image } from '../catalog/catalog.ts'
import { DomainError } from '../errors.ts'
import { type Export, exportImages } from '../images/export/export.ts'
import type { ExportedImage } from '../images/export/formats.ts'
import { imagesInOrder } from '../images/export/images.ts'
import type { PathsStyle } from '../images/export/lists.ts'
import type { ImageFiles } from '../images/image-files.ts'
import type { ExportRequest } from './contract/export.ts'
import type { SavedSearch } from './contract/search-request.ts'
import { type ImageFilters, readSavedSearch } from './image-filters.ts'
import { visibleCollection } from './requests.ts'
import { DEFAULT_TOP_K, orderOf } from './schemas.ts'

export interface ExporterOptions {
  catalog: Catalog
  imageFiles: ImageFiles
  filters: ImageFilters
}

/**
 * Begins an export for a user, whose id is empty without sign-in.
 * @throws {DomainError} `invalid_request`, `collection_not_found`, or as a search, before the first byte is written
 */
export type Exporter = (
  userId: string,
  request: ExportRequest,
  options?: {
    /** Ends the search for its images. */
    signal?: AbortSignal
    /** Only the command line may write absolute paths. */
    paths?: PathsStyle
  },
) => Promise<Export>

type Images = AsyncIterable<ExportedImage>

const IDS_PER_SECTION = 200
const DEFAULT_TITLE = 'Pictures'

export function createExporter({ catalog, imageFiles, filters }: ExporterOptions): Exporter {
  return async (userId, request, { signal, paths } = {}) => {
    const { images, title } = await imagesOf(userId, request, signal)
    return exportImages(imageFiles, {
      images,
      format: request.format,
      layout: request.layout ?? 'folders',
      title: request.title ?? title,
      paths,
    })
  }

  async function imagesOf(
    userId: string,
    { image_ids: ids, collection: collectionId, query, search }: ExportRequest,
    signal: AbortSignal | undefined,
  ): Promise<{ images: Images; title: string }> {
    const named = [ids, collectionId, query ?? undefined, search ?? undefined]
    if (named.filter((source) => source !== undefined).length !== 1)
      throw new DomainError('invalid_request', 'Give exactly one of image_ids, collection, query and search.')
    if (ids !== undefined) return { images: byId(ids), title: DEFAULT_TITLE }
    if (search) return { images: await found(userId, search, signal), title: DEFAULT_TITLE }
    if (collectionId === undefined)
      return { images: await listed(userId, query!, signal), title: DEFAULT_TITLE }
    const collection = await visibleCollection(userId, catalog, collectionId)
    const saved = collection.search === undefined ? undefined : readSavedSearch(collection)
    const byDate = { collection: collectionId, order_by: 'captured_at', direction: 'ascending' } as const
    const images =
      saved?.parts === undefined ? await listed(userId, byDate, signal) : await found(userId, saved, signal)
    return { images, title: collection.name }
  }

  async function listed(
    userId: string,
    query: NonNullable<ExportRequest['query']>,
    signal: AbortSignal | undefined,
  ): Promise<Images> {
    return imagesInOrder(catalog, {
      filter: await filters.of(userId, query, signal && { signal }),
      ...orderOf(query),
    })
  }

  /** Results are found before the first one is sent, so that a search that fails gets an error response. */
  async function found(
    userId: string,
    search: SavedSearch,
    signal: AbortSignal | undefined,
  ): Promise<Images> {
    const { parts, top_k: limit = DEFAULT_TOP_K, query } = search
    if (parts === undefined) return listed(userId, query ?? {}, signal)
    const options = { filter: {}, offset: 0, limit, signal }
    const { images } = await filters.find(userId, { ...search, parts }, options)
    return iterate(images)
  }

  async function* byId(ids: readonly string[]): AsyncGenerator<Image> {
    for (let start = 0; start < ids.length; start += IDS_PER_SECTION)
      yield* await catalog.images.getAll(ids.slice(start, start + IDS_PER_SECTION))
  }
}

async function* iterate<T>(values: readonly T[]): AsyncGenerator<T> {
  yield* values
}
