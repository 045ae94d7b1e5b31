import type { Catalog, CatalogCounts } from '../catalog/catalog.ts'
import { DomainError } from '../errors.ts'
import type { QueryTerm } from './query.ts'
import type { VectorSources } from './term-vectors.ts'

/** Answers searches with the vectors of the former embedder while the gallery is embedded again by another one. */
export interface FormerIndex {
  /** Whether the former embedder answers. */
  readonly answers: boolean
  /** Carries out a search with the sources that answer it at present. */
  search<T>(terms: readonly QueryTerm[], work: (sources: VectorSources) => Promise<T>): Promise<T>
  /** Ends the use of the former embedder if the current one has embedded as many images, or all of them. */
  check(): Promise<void>
}

export interface FormerIndexOptions {
  current: VectorSources
  former: VectorSources
  /** Number of images that the former embedder has embedded. */
  images: number
  /** Called once, when no search uses the former embedder any more. */
  onEnd(): Promise<void>
}

export function createFormerIndex({ current, former, images, onEnd }: FormerIndexOptions): FormerIndex {
  const formerSources = { ...former, catalog: inFormerSpace(former.catalog) }
  let active = 0
  let state: 'answers' | 'ending' | 'ended' = 'answers'

  async function check(): Promise<void> {
    if (state === 'answers') {
      const counts = await current.catalog.images.counts()
      // Another check may have ended it meanwhile.
      if (state === 'answers' && isOvertaken(counts, images)) state = 'ending'
    }
    await endIfUnused()
  }

  async function endIfUnused(): Promise<void> {
    if (state !== 'ending' || active > 0) return
    state = 'ended'
    await onEnd()
  }

  return {
    get answers() {
      return state === 'answers'
    },
    check,
    async search(terms, work) {
      if (state !== 'answers' || !understands(former, terms)) return work(current)
      active++
      try {
        return await work(formerSources)
      } catch (error) {
        // An image that was added since, or an embedder that has failed.
        if (error instanceof DomainError && (error.code === 'not_indexed' || error.code === 'unavailable'))
          return await work(current)
        throw error
      } finally {
        active--
        await endIfUnused()
      }
    },
  }
}

function isOvertaken({ indexed, unembedded }: CatalogCounts, formerImages: number): boolean {
  return unembedded === 0 || indexed >= formerImages
}

/** Whether an embedder can answer a search by these terms: not every embedder understands words. */
function understands({ embedder, vocabulary }: VectorSources, terms: readonly QueryTerm[]): boolean {
  return embedder.embedsText || vocabulary !== undefined || !terms.some(({ kind }) => kind === 'text')
}

/** The same catalog with the vectors of the former embedder in place of the current ones. */
function inFormerSpace(catalog: Catalog): Catalog {
  const { vectors } = catalog
  return {
    ...catalog,
    vectors: {
      ...vectors,
      nearest: (query) => vectors.nearest({ ...query, space: query.space ?? 'former' }),
      neighbours: (vector, count, space = 'former') => vectors.neighbours(vector, count, space),
      get: (ids, space = 'image') => vectors.get(ids, space === 'image' ? 'former' : space),
    },
  }
}
