import type {
  Catalog,
  ImageVector,
  NearestQuery,
  NearestResult,
  ScoredImage,
  SpaceName,
} from '../catalog/catalog.ts'
import { type CombinedQuery, type ImageVectors, scoreOf, weighted, withSet } from './combine.ts'
import { createPause } from './pause.ts'
import type { VectorSources } from './term-vectors.ts'

export interface Ranking extends Pick<NearestResult, 'images' | 'total'> {
  /** The score from which matches count as close, and their number on all pages; undefined if the model has no such score. */
  close: { score: number; total: number } | undefined
}

export type RankSources = Pick<VectorSources, 'catalog' | 'hasWindows' | 'signal'>

type RankOptions = Omit<NearestQuery, 'vector' | 'space'>

/** Candidates per result for a query that one search can't answer, within limits. */
const CANDIDATES_PER_RESULT = 8
const MIN_CANDIDATES = 1_000
const MAX_CANDIDATES = 5_000
/** Candidates of all searches of a query, which bounds the memory for their rows. It also bounds the number of results. */
export const MAX_ALL_CANDIDATES = 20_000
/** Candidates whose vectors are in memory at a time: with windows, those of one can take 50 kB. */
const SCORED_AT_ONCE = 1_000

/**
 * Ranks images by a combined query. One search is enough for pictures only, for one wanted set of vectors with any pictures,
 * and for colours only. For other queries, candidates are found by each part and then ordered by the whole query.
 */
export async function rank(
  sources: RankSources,
  query: CombinedQuery,
  options: RankOptions,
): Promise<Ranking> {
  const { catalog } = sources
  const { linear, colours, offset, sets } = query
  const [only] = sets
  if (colours !== undefined) {
    if (linear !== undefined || only !== undefined) return rankCandidates(sources, query, options)
    return nearest(catalog, { ...options, space: 'colours', vector: [weighted(colours, offset)] })
  }
  if (only === undefined && linear !== undefined) {
    if (offset !== 0) return nearest(catalog, { ...options, vector: [weighted(linear, offset)] })
    // Scores of pictures are cosine similarities to the combined vector.
    const { closeScore } = options
    const scaled = closeScore === undefined ? undefined : closeScore / Math.hypot(...linear)
    return nearest(catalog, { ...options, vector: linear, closeScore: scaled })
  }
  if (only !== undefined && sets.length === 1 && only.factor > 0)
    return nearest(catalog, { ...options, vector: withSet(query, only) })
  return rankCandidates(sources, query, options)
}

async function nearest(catalog: Catalog, query: NearestQuery): Promise<Ranking> {
  const { images, total, close } = await catalog.vectors.nearest(query)
  const { closeScore: score } = query
  return { images, total, close: score === undefined ? undefined : { score, total: close } }
}

async function rankCandidates(
  sources: RankSources,
  query: CombinedQuery,
  { offset, limit, closeScore, ...options }: RankOptions,
): Promise<Ranking> {
  const { topK } = options
  const wanted = Math.max(MIN_CANDIDATES, CANDIDATES_PER_RESULT * topK)
  const searches = searchesFor(query)
  const most = Math.floor(MAX_ALL_CANDIDATES / searches.length)
  const count = Math.min(Math.max(topK, MAX_CANDIDATES), wanted, most)
  const candidates = new Map<string, ScoredImage>()
  const { catalog } = sources
  for (const search of searches) {
    sources.signal?.throwIfAborted()
    const found = await catalog.vectors.nearest({
      ...options,
      ...search,
      topK: count,
      offset: 0,
      limit: count,
    })
    for (const image of found.images) candidates.set(image.id, image)
  }
  const scored = (await withScores(sources, query, [...candidates.values()]))
    .sort((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1))
    .slice(0, topK)
  const close = scored.filter(({ score }) => score >= (closeScore ?? Number.POSITIVE_INFINITY)).length
  return {
    images: scored.slice(offset, offset + limit),
    total: scored.length,
    close: closeScore === undefined ? undefined : { score: closeScore, total: close },
  }
}

async function withScores(
  sources: RankSources,
  query: CombinedQuery,
  images: readonly ScoredImage[],
): Promise<ScoredImage[]> {
  const pause = createPause(sources.signal)
  const scored: ScoredImage[] = []
  for (let start = 0; start < images.length; start += SCORED_AT_ONCE) {
    const part = images.slice(start, start + SCORED_AT_ONCE)
    const ids = part.map(({ id }) => id)
    const vectorsOf = await vectorsReader(sources, ids, query.colours !== undefined)
    for (const image of part) {
      scored.push({ ...image, score: scoreOf(query, vectorsOf(image.id)) })
      await pause()
    }
  }
  return scored
}

/** Searches by the parts of a query that together find the candidates. */
function searchesFor(query: CombinedQuery): Pick<NearestQuery, 'space' | 'vector'>[] {
  const { linear, colours, sets } = query
  const wanted = sets.filter(({ factor }) => factor > 0)
  const searches: Pick<NearestQuery, 'space' | 'vector'>[] = wanted.map((set) => ({
    vector: withSet(query, set),
  }))
  if (wanted.length === 0 && linear !== undefined) searches.push({ vector: linear })
  if (colours !== undefined) searches.push({ space: 'colours', vector: colours })
  return searches
}

/** Reads the vectors of images. @returns a function from an image's id to its vectors */
export async function vectorsReader(
  { catalog, hasWindows }: RankSources,
  ids: string[],
  hasColours: boolean,
): Promise<(id: string) => ImageVectors> {
  const read = async (space: SpaceName) => byId(await catalog.vectors.get(ids, space))
  const image = await read('image')
  const colours = hasColours ? await read('colours') : undefined
  const windows = hasWindows ? await read('windows') : undefined
  return (id) => {
    const whole = image.get(id)
    return { image: whole, colours: colours?.get(id), windows: divided(windows?.get(id), whole?.length) }
  }
}

/** Splits a list in which vectors are stored one after the other. */
function divided(all: Float32Array | undefined, length: number | undefined): Float32Array[] {
  if (all === undefined || length === undefined) return []
  return Array.from({ length: all.length / length }, (_, n) => all.subarray(n * length, (n + 1) * length))
}

function byId(vectors: readonly ImageVector[]): Map<string, Float32Array> {
  return new Map(vectors.map(({ id, vector }) => [id, vector]))
}
