import type { Collection, ImageFilter } from '../catalog/catalog.ts'
import { starsOf } from '../catalog/contract/collections.ts'
import { DomainError } from '../errors.ts'
import type { ImageSearch, SearchOptions, SearchResult } from '../search/search.ts'
import { type SavedSearch, savedSearchSchema } from './contract/search-request.ts'
import { visibleCollection } from './requests.ts'
import { DEFAULT_TOP_K, filterOf, type Query } from './schemas.ts'
import { type PictureSources, toTerms } from './search-requests.ts'

export interface ImageFilterOptions extends PictureSources {
  search: ImageSearch
}

/** A request. Its signal is read only if needed: reading it can take longer than answering a list. */
interface Client {
  readonly signal: AbortSignal
}

/** A search by parts, which has a ranking. */
type RankedSearch = SavedSearch & { parts: NonNullable<SavedSearch['parts']> }
type FindOptions = Pick<SearchOptions, 'filter' | 'offset' | 'limit' | 'signal'>

/**
 * Converts queries to filters. Collections and stars depend on the user, whose id is empty without sign-in, and saved searches
 * have to be carried out.
 */
export interface ImageFilters {
  /** @throws {DomainError} as `find`, for a search that can't be carried out */
  check(userId: string, saved: SavedSearch, client?: Client): Promise<void>
  /**
   * @param client whose signal ends a saved search that the filter is based on
   * @throws {DomainError} `collection_not_found`; `base_unavailable` for a saved search within a collection that is gone or hidden;
   * `invalid_request` if one saved search is based on another
   */
  of(userId: string, query: Query, client?: Client): Promise<ImageFilter>
  /**
   * The images of a saved search, best first.
   * @param filter has to be passed as well
   */
  find(userId: string, saved: RankedSearch, options: FindOptions): Promise<FoundBySaved>
}

interface FoundBySaved extends SearchResult {
  /** All that the images passed, with the filter of the saved search. */
  filter: ImageFilter
}

export function createImageFilters({ search, ...sources }: ImageFilterOptions): ImageFilters {
  const { catalog } = sources
  return { check, of: (userId, query, client) => filterFor(userId, query, false, client), find }

  async function check(userId: string, saved: SavedSearch, client?: Client): Promise<void> {
    const { parts, query } = saved
    if (parts === undefined) await filterFor(userId, query ?? {}, true)
    else {
      const best = { filter: {}, offset: 0, limit: 1, signal: client?.signal }
      await find(userId, { ...saved, parts, top_k: 1 }, best)
    }
  }

  async function filterFor(
    userId: string,
    query: Query,
    isSaved: boolean,
    client?: Client,
  ): Promise<ImageFilter> {
    const filter = filterOf(query)
    const collections: string[] = query.starred === true ? [starsOf(userId)] : []
    const collection =
      query.collection === undefined ? undefined : await collectionOf(userId, query.collection, isSaved)
    if (collection !== undefined && collection.search === undefined) collections.push(collection.id)
    const within =
      collection?.search === undefined ? undefined : [await searchFilter(userId, collection, isSaved, client)]
    const all = { ...filter, within, collections: collections.length > 0 ? collections : undefined }
    return query.folded_into === undefined ? all : groupFilter(query.folded_into, all)
  }

  async function collectionOf(userId: string, id: string, isBase: boolean): Promise<Collection> {
    if (!isBase) return visibleCollection(userId, catalog, id)
    return visibleCollection(userId, catalog, id).catch((error: unknown) => {
      if (!(error instanceof DomainError && error.code === 'collection_not_found')) throw error
      const message = 'This search is limited to a collection that has been deleted or is no longer shared.'
      throw new DomainError('base_unavailable', message, { cause: error })
    })
  }

  async function groupFilter(id: string, { fold = 'bursts', ...filter }: ImageFilter): Promise<ImageFilter> {
    const groups = await catalog.images.folded([id], { ...filter, fold })
    return { ...filter, imageIds: [id, ...groups.flatMap(({ folded }) => folded)] }
  }

  async function searchFilter(
    userId: string,
    collection: Collection,
    isSaved: boolean,
    client: Client | undefined,
  ): Promise<ImageFilter> {
    if (isSaved)
      throw new DomainError('invalid_request', 'A saved search can’t be based on another saved search.')
    const saved = readSavedSearch(collection)
    if (saved.parts === undefined) return filterFor(userId, saved.query ?? {}, true)
    const limit = saved.top_k ?? DEFAULT_TOP_K
    const found = await find(
      userId,
      { ...saved, parts: saved.parts },
      { filter: {}, offset: 0, limit, signal: client?.signal },
    )
    return { imageIds: found.images.map(({ id }) => id) }
  }

  async function find(
    userId: string,
    { parts, top_k: topK = DEFAULT_TOP_K, query, language }: RankedSearch,
    { filter: given, ...options }: FindOptions,
  ): Promise<FoundBySaved> {
    const terms = await toTerms({ request: { parts, language }, files: new Map() }, sources)
    const within = [...(given.within ?? []), await filterFor(userId, query ?? {}, true)]
    const filter = { ...given, within }
    return { ...(await search.find(terms, { filter, topK, ...options })), filter }
  }
}

/** Reads the search of a collection, which has been checked before it was stored. */
export function readSavedSearch({ search }: Pick<Collection, 'search'>): SavedSearch {
  return savedSearchSchema.parse(search)
}
