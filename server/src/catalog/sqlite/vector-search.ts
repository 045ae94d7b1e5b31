import type { Kysely } from 'kysely'
import type { Tables } from '../../database/schema.ts'
import { SQLITE } from '../../database/sqlite/dialect.ts'
import { dot } from '../../vector-math.ts'
import type { ImageFilter, NearContent, NearestQuery, WeightedVector } from '../catalog.ts'
import { filterCondition, isOnlyFolding, isUnfiltered } from '../filters.ts'
import { bestDotHalf, fromFloat16 } from '../float16.ts'
import { countCondition } from '../sql/counting.ts'
import {
  bestOfEach,
  type Match,
  type QueryInSpace,
  type StoredSpace,
  spaceNamed,
  topMatches,
  unitVectorsOf,
} from '../sql/vector-backend.ts'
import type { FilterMatches, SpaceIndex, VectorRow } from './space-index.ts'
import { type IndexMatch, nearestRows, type VectorIndex } from './vector-index.ts'

/** Maximum number of matching rows that are compared one by one: exact, and faster than widening a search. */
const EXACT_SEARCH_MAX_ROWS = 8_192
/**
 * The graph finds the last of `k` neighbours less reliably than the first, so more are requested than needed: many more
 * with a filter, because the matching ones are spread over the whole list.
 */
const OVERSAMPLING = 2
const OVERSAMPLING_FILTERED = 5
/** Reads slightly more rows than are expected to be needed. */
const READ_AHEAD = 1.25
/** Neighbours that are asked for at least. */
const MIN_SEARCHED = 128
/**
 * In larger graphs, the minimum grows with the square root of the size. Without that, 50 results among a million vectors have a recall of
 * 0.98 instead of 0.999, for 2 ms less.
 */
const MIN_SEARCHED_MAX_SIZE = 62_500
const WIDENING = 4
/**
 * For more, comparing all rows is cheaper. It is also complete: even a full search of the graph may miss a few vectors that no path
 * leads to.
 */
const MAX_SEARCHED_SHARE = 0.5
const CHUNK_ROWS = 4_096
/** Length of the first lists of a search by several vectors. Shorter ones are hardly faster. */
const SHORT_LIST = 64

/**
 * Finds the `topK` images most similar to a vector that pass a filter, best first.
 *
 * With a filter that few rows pass, the result is computed exactly from those rows, which are cached for the next stroke. With a filter that
 * many rows pass, the index is asked for enough neighbours, and for more if too few of them pass. If that takes too large a
 * part of the index, all rows are compared. The result is therefore complete whenever enough rows match.
 */
export async function findCandidates(
  database: Kysely<Tables>,
  space: SpaceIndex,
  { vector, filter, topK, alwaysInclude, wholeImages, space: name = 'image' }: QueryInSpace,
): Promise<Match[]> {
  const vectors = unitVectorsOf(vector)
  if (name !== 'image') {
    const found = await scan(database, spaceNamed(space, name), vectors, filter, topK)
    return topMatches(found, topK, alwaysInclude)
  }
  const { windows } = space.further
  const wholes = await findNearest(database, space, vectors, { filter, topK })
  const found =
    windows === undefined || wholeImages
      ? wholes
      : bestOfEach([...wholes, ...(await scan(database, windows, vectors, filter, topK))])
  // Among many equally similar images it may be missing.
  const isMissing = alwaysInclude !== undefined && !found.some(({ imageId }) => imageId === alwaysInclude)
  const pinned = isMissing
    ? await matchingVectors(database, space, filterCondition(filter, SQLITE))
        .where('images.id', '=', alwaysInclude)
        .execute()
    : []
  return topMatches([...found, ...compare(pinned, vectors)], topK, alwaysInclude)
}

async function findNearest(
  database: Kysely<Tables>,
  space: SpaceIndex,
  vectors: readonly WeightedVector[],
  { filter, topK }: Pick<NearestQuery, 'filter' | 'topK'>,
): Promise<Match[]> {
  const size = space.index.size
  const { count, rows } = isUnfiltered(filter)
    ? { count: size, rows: undefined }
    : await matchesOf(database, space, filter)
  if (rows !== undefined) return compare(rows, vectors)
  // Number of neighbours of which `topK` are expected to pass.
  const depth = topK * Math.max(1, size / Math.max(1, count))
  const absent = space.absent()
  const canUseIndex = absent.length <= size && topK < size
  const found = canUseIndex ? await searchIndex(database, space, vectors, filter, topK, depth) : undefined
  if (found === undefined) return scan(database, space, vectors, filter, topK)
  if (absent.length === 0) return found
  return bestOfEach([...found, ...(await compareRows(database, absent, vectors, filter, topK))])
}

/** Compares with the vectors of some ids, in chunks. */
async function compareRows(
  database: Kysely<Tables>,
  ids: readonly number[],
  vectors: readonly WeightedVector[],
  filter: ImageFilter,
  topK: number,
): Promise<Match[]> {
  let kept: Match[] = []
  for (let start = 0; start < ids.length; start += CHUNK_ROWS) {
    const rows = await imagesOf(database, ids.slice(start, start + CHUNK_ROWS))
      .where(filterCondition(filter, SQLITE, true))
      .select(['images.id as imageId', 'vectors.data as data'])
      .execute()
    kept = topMatches([...kept, ...compare(rows, vectors)], topK, undefined)
  }
  return kept
}

/** Images by the ids of their vectors. With a cross join SQLite reads the tables in this order: from the few ids to their images. */
function imagesOf(database: Kysely<Tables>, vectorIds: readonly number[]) {
  return database
    .selectFrom('vectors')
    .crossJoin('images')
    .whereRef('images.content_hash', '=', 'vectors.content_hash')
    .where('vectors.id', 'in', SQLITE.numbers(vectorIds))
}

/**
 * The images nearest to a vector with their vectors, best first, by one search of the index and one of the database.
 * @returns undefined if these do not find enough images
 */
export async function findNearVectors(
  database: Kysely<Tables>,
  space: SpaceIndex,
  vector: Float32Array,
  count: number,
): Promise<NearContent[] | undefined> {
  if (!space.isComplete()) return undefined
  const [unit] = unitVectorsOf(vector)
  const matches = space.index.search(
    unit!.vector,
    Math.max(minSearched(space.index.size), count * OVERSAMPLING),
  )
  const scores = new Map(
    matches.slice(0, Math.ceil(count * READ_AHEAD)).map(({ key, score }) => [key, score]),
  )
  const rows = await imagesOf(database, [...scores.keys()])
    .select(['images.id as imageId', 'vectors.id as key', 'vectors.content_hash as contentHash', 'data'])
    .execute()
  if (rows.length < count) return undefined
  const found = new Map(rows.map((row) => [row.imageId, row]))
  const best = rows.map(({ imageId, key }) => ({ imageId, score: scores.get(key)! }))
  return topMatches(best, count, undefined).map(({ imageId, score }) => {
    const { contentHash, data } = found.get(imageId)!
    return { contentHash, vector: fromFloat16(data), score }
  })
}

function minSearched(size: number): number {
  return Math.round(MIN_SEARCHED * Math.sqrt(Math.max(1, size / MIN_SEARCHED_MAX_SIZE)))
}

function compare(rows: readonly VectorRow[], vectors: readonly WeightedVector[]): Match[] {
  const [first] = vectors
  if (first !== undefined && vectors.length === 1) {
    const { vector, weight, offset } = first
    return rows.map(({ imageId, data }) => ({ imageId, score: weight * bestDotHalf(vector, data) + offset }))
  }
  return rows.map(({ imageId, data }) => {
    const stored = fromFloat16(data)
    let score = Number.NEGATIVE_INFINITY
    for (const { vector, weight, offset } of vectors)
      score = Math.max(score, weight * dot(vector, stored) + offset)
    return { imageId, score }
  })
}

/**
 * The `topK` best rows. Each consists of several vectors, one after the other. The best vector of one of these rows is among as many
 * vectors as they have together, for the query vector that it is best for.
 */
function bestOf(rows: readonly VectorRow[], vectors: readonly WeightedVector[], topK: number): Match[] {
  const [first] = rows
  if (first === undefined) return []
  const { length } = fromFloat16(first.data)
  const matrix = new Float32Array(rows.length * length)
  for (const [n, { data }] of rows.entries()) matrix.set(fromFloat16(data), n * length)
  const parts = length / vectors[0]!.vector.length
  const count = Math.min(topK, rows.length) * parts
  const found = nearestRows(
    matrix,
    vectors.map(({ vector }) => vector),
    count,
  )
  const best = new Map<number, number>()
  for (const [v, { weight, offset }] of vectors.entries()) {
    const { rows: positions, products } = found[v]!
    for (const [n, position] of positions.entries()) {
      const row = Math.floor(position / parts)
      const score = weight * products[n]! + offset
      if (score > (best.get(row) ?? Number.NEGATIVE_INFINITY)) best.set(row, score)
    }
  }
  return Array.from(best, ([row, score]) => ({ imageId: rows[row]!.imageId, score }))
}

/** @returns undefined if the index can't return enough matches */
async function searchIndex(
  database: Kysely<Tables>,
  space: SpaceIndex,
  vectors: readonly WeightedVector[],
  filter: ImageFilter,
  topK: number,
  depth: number,
): Promise<Match[] | undefined> {
  const { index } = space
  const oversampling = isOnlyFolding(filter) ? OVERSAMPLING : OVERSAMPLING_FILTERED
  const part = Math.ceil(depth * READ_AHEAD)
  const most = index.size * MAX_SEARCHED_SHARE
  const first = Math.max(minSearched(index.size), Math.ceil(depth * oversampling))
  if (first > Math.max(EXACT_SEARCH_MAX_ROWS, most)) return undefined
  for (let k = first; ; k *= WIDENING) {
    const matches = searchAny(index, vectors, k)
    const passing: Match[] = []
    // In parts, best first: usually the first part is enough, and no further rows are read.
    for (let start = 0; start < matches.length && passing.length < topK; start += part) {
      for (const one of await passingOf(database, filter, matches.slice(start, start + part)))
        passing.push(one)
    }
    if (passing.length >= topK) return passing
    if (k * WIDENING > most) return undefined
  }
}

/**
 * Searches by each vector and keeps the best score of each match. Short lists come first; only vectors whose list ends above the
 * `k`-th best score can contribute more, and are searched again.
 */
function searchAny(index: VectorIndex, vectors: readonly WeightedVector[], k: number): IndexMatch[] {
  const best = new Map<number, number>()
  /** @returns the lowest score of the list */
  const search = ({ vector, weight, offset }: WeightedVector, count: number): number => {
    let lowest = Number.POSITIVE_INFINITY
    for (const { key, score } of index.search(vector, count)) {
      lowest = weight * score + offset
      if (lowest > (best.get(key) ?? Number.NEGATIVE_INFINITY)) best.set(key, lowest)
    }
    return lowest
  }
  const isOne = vectors.length === 1
  const lowest = vectors.map((vector) => search(vector, isOne ? k : Math.min(k, SHORT_LIST)))
  if (!isOne) {
    const scores = Float64Array.from(best.values()).sort()
    const least = scores.length < k ? Number.NEGATIVE_INFINITY : scores[scores.length - k]!
    for (const [n, vector] of vectors.entries()) if (lowest[n]! > least) search(vector, k)
  }
  const matches = Array.from(best, ([key, score]) => ({ key, score }))
  return isOne ? matches : matches.sort((a, b) => b.score - a.score).slice(0, k)
}

/** Returns the images of index matches that pass the filter. */
async function passingOf(
  database: Kysely<Tables>,
  filter: ImageFilter,
  matches: readonly IndexMatch[],
): Promise<Match[]> {
  const scores = new Map(matches.map(({ key, score }) => [key, score]))
  const rows = await imagesOf(database, [...scores.keys()])
    .where(filterCondition(filter, SQLITE, true))
    .select(['images.id as imageId', 'vectors.id as key'])
    .execute()
  return rows.map(({ imageId, key }) => ({ imageId, score: scores.get(key)! }))
}

/** Compares with every matching row in chunks. Memory is bounded by `topK` and the size of a chunk. */
async function scan(
  database: Kysely<Tables>,
  space: StoredSpace,
  vectors: readonly WeightedVector[],
  filter: ImageFilter,
  topK: number,
): Promise<Match[]> {
  let kept: Match[] = []
  const parts = space.dimensions / vectors[0]!.vector.length
  const chunkRows = Math.ceil(CHUNK_ROWS / parts)
  for (let after = ''; ; ) {
    const rows = await matchingVectors(database, space, filterCondition(filter, SQLITE))
      .where('images.id', '>', after)
      .orderBy('images.id')
      .limit(chunkRows)
      .execute()
    const isSimple = parts === 1 || vectors.length === 1
    kept.push(...(isSimple ? compare(rows, vectors) : bestOf(rows, vectors, topK)))
    if (rows.length < chunkRows) return kept
    if (kept.length > topK + CHUNK_ROWS) kept = topMatches(kept, topK, undefined)
    after = rows.at(-1)!.imageId
  }
}

/** Selects the images that pass a filter, with their vectors. */
function matchingVectors(
  database: Kysely<Tables>,
  { embedderId }: StoredSpace,
  condition: ReturnType<typeof filterCondition>,
) {
  // With a cross join SQLite reads the index of the filter first, and the vectors afterwards.
  return database
    .selectFrom('images')
    .crossJoin('vectors')
    .whereRef('vectors.content_hash', '=', 'images.content_hash')
    .where('vectors.embedder_id', '=', embedderId)
    .where(condition)
    .select(['images.id as imageId', 'vectors.data as data'])
}

/** Finds what passes a filter. Cached, because the next stroke of a drawing uses the same filter. */
async function matchesOf(
  database: Kysely<Tables>,
  space: SpaceIndex,
  filter: ImageFilter,
): Promise<FilterMatches> {
  const kept = space.matchesOf(filter)
  if (kept !== undefined) return kept
  const { condition, total: count } = await countCondition({ database, dialect: SQLITE }, filter)
  const rows =
    count <= EXACT_SEARCH_MAX_ROWS ? await matchingVectors(database, space, condition).execute() : undefined
  const matches = { count, rows }
  space.keepMatches(filter, matches)
  return matches
}
