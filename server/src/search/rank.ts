import type { Catalog, NearestQuery, NearestResult, ScoredImage } from '../catalog/catalog.ts'
import { type CombinedQuery, scoreOf, withSet } from './combine.ts'

export interface Ranking extends Pick<NearestResult, 'images' | 'total'> {
  /** The score from which matches count as close, and their number on all pages; undefined if the model has no such score. */
  close: { score: number; total: number } | undefined
}

type RankOptions = Omit<NearestQuery, 'vector'>

/** Candidates for a query that one search can't answer, for each result, and at least so many. */
const CANDIDATES_PER_RESULT = 4
const MIN_CANDIDATES = 400
const MAX_CANDIDATES = 5_000

/**
 * Ranks images by a combined query. With at most one wanted set of vectors, one search gives the exact order. With several sets,
 * or an unwanted one, candidates are found by each wanted set and then ordered by the whole query.
 */
export async function rank(catalog: Catalog, query: CombinedQuery, options: RankOptions): Promise<Ranking> {
  const { linear, offset, sets } = query
  const length = Math.hypot(...linear)
  const [only] = sets
  if (only === undefined) {
    // Scores of pictures are cosine similarities to the combined vector.
    const isCosine = offset === 0
    return nearest(
      catalog,
      isCosine ? linear : [{ vector: linear, weight: length, offset }],
      isCosine && options.closeScore !== undefined
        ? { ...options, closeScore: options.closeScore / length }
        : options,
    )
  }
  if (sets.length === 1 && only.factor > 0) return nearest(catalog, withSet(query, only), options)
  return rankCandidates(catalog, query, options)
}

async function nearest(
  catalog: Catalog,
  vector: NearestQuery['vector'],
  options: RankOptions,
): Promise<Ranking> {
  const { images, total, close } = await catalog.vectors.nearest({ ...options, vector })
  const { closeScore: score } = options
  return { images, total, close: score === undefined ? undefined : { score, total: close } }
}

async function rankCandidates(
  catalog: Catalog,
  query: CombinedQuery,
  { offset, limit, closeScore, ...options }: RankOptions,
): Promise<Ranking> {
  const { topK } = options
  const count = Math.min(
    Math.max(topK, MAX_CANDIDATES),
    Math.max(MIN_CANDIDATES, CANDIDATES_PER_RESULT * topK),
  )
  const wanted = query.sets.filter(({ factor }) => factor > 0)
  const searches = wanted.length > 0 ? wanted.map((set) => withSet(query, set)) : [query.linear]
  const candidates = new Map<string, ScoredImage>()
  for (const vector of searches) {
    const found = await catalog.vectors.nearest({ ...options, vector, topK: count, offset: 0, limit: count })
    for (const image of found.images) candidates.set(image.id, image)
  }
  const vectors = await catalog.vectors.get([...candidates.keys()])
  const scored = vectors
    .map(({ id, vector }) => ({ ...candidates.get(id)!, score: scoreOf(query, vector) }))
    .sort((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1))
    .slice(0, topK)
  return {
    images: scored.slice(offset, offset + limit),
    total: scored.length,
    close:
      closeScore === undefined
        ? undefined
        : { score: closeScore, total: scored.filter(({ score }) => score >= closeScore).length },
  }
}
