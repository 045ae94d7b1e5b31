import type { Kysely } from 'kysely'
import { SQLITE } from '../../database/sqlite/dialect.ts'
import type { ImageFilter, NearestQuery } from '../catalog.ts'
import { filterCondition, isUnfiltered } from '../filters.ts'
import { dotHalf } from '../float16.ts'
import type { Tables } from '../schema.ts'
import { type Match, topMatches, toUnitLength } from '../sql/vector-store.ts'
import type { FilterMatches, SpaceIndex, VectorRow } from './space-index.ts'
import type { IndexMatch } from './vector-index.ts'

/** Up to so many matching rows are compared one by one: exact, and faster than widening a search. */
const EXACT_SEARCH_MAX_ROWS = 8_192
/**
 * The graph finds the last of `k` less surely than the first, so more are looked for than are wanted; many more behind a
 * filter, where the wanted ones are spread over the whole list.
 */
const OVERSAMPLING = 2
const OVERSAMPLING_FILTERED = 5
/** Rows are read for a little more than are expected to be needed. */
const READ_AHEAD = 1.25
const MIN_SEARCHED = 128
const WIDENING = 4
const CHUNK_ROWS = 4_096

/**
 * The `topK` images most similar to a vector that pass a filter, best first.
 *
 * A filter that leaves few rows is answered exactly over those rows, which are kept for the next stroke. One that leaves
 * many is answered by the index, asking it for as many as the filter will leave enough of, and for more if that was too
 * few; if it takes too much of the index, exactly again. So the result is never short while matching rows exist.
 */
export async function findCandidates(
  database: Kysely<Tables>,
  space: SpaceIndex,
  { vector, filter, topK, alwaysInclude }: NearestQuery,
): Promise<Match[]> {
  const unit = toUnitLength(vector)
  const found = await findNearest(database, space, unit, { filter, topK })
  // Among many that are as like it may be missing.
  const isMissing = alwaysInclude !== undefined && !found.some(({ imageId }) => imageId === alwaysInclude)
  const pinned = isMissing
    ? await matchingVectors(database, space, filter).where('images.id', '=', alwaysInclude).execute()
    : []
  return topMatches([...found, ...compare(pinned, unit)], topK, alwaysInclude)
}

async function findNearest(
  database: Kysely<Tables>,
  space: SpaceIndex,
  unit: Float32Array,
  { filter, topK }: Pick<NearestQuery, 'filter' | 'topK'>,
): Promise<Match[]> {
  const size = space.index.size
  const { count, rows } = isUnfiltered(filter)
    ? { count: size, rows: undefined }
    : await matchesOf(database, space, filter)
  if (rows !== undefined) return compare(rows, unit)
  // So many of the nearest have to be looked through for `topK` to pass.
  const depth = topK * Math.max(1, size / Math.max(1, count))
  const canUseIndex = space.isComplete() && topK < size
  const found = canUseIndex ? await searchIndex(database, space, unit, filter, topK, depth) : undefined
  return found ?? (await scan(database, space, unit, filter, topK))
}

function compare(rows: readonly VectorRow[], unit: Float32Array): Match[] {
  return rows.map(({ imageId, data }) => ({ imageId, score: dotHalf(unit, data) }))
}

/** @returns undefined if the index can't tell enough */
async function searchIndex(
  database: Kysely<Tables>,
  space: SpaceIndex,
  unit: Float32Array,
  filter: ImageFilter,
  topK: number,
  depth: number,
): Promise<Match[] | undefined> {
  const { index } = space
  const oversampling = isUnfiltered(filter) ? OVERSAMPLING : OVERSAMPLING_FILTERED
  const part = Math.ceil(depth * READ_AHEAD)
  for (let k = Math.max(MIN_SEARCHED, Math.ceil(depth * oversampling)); ; k *= WIDENING) {
    const matches = index.search(unit, k)
    const passing: Match[] = []
    // Best first, a part at a time: usually the first part is enough, and rows are read for no more than that.
    for (let start = 0; start < matches.length && passing.length < topK; start += part) {
      for (const one of await passingOf(database, filter, matches.slice(start, start + part)))
        passing.push(one)
    }
    if (passing.length >= topK) return passing
    // Asked for everything, the graph may still miss a few vectors that no path leads to: then only rows are complete.
    if (k * WIDENING > index.size / 2) return undefined
  }
}

/** The images behind matches of the index, as far as they pass the filter. */
async function passingOf(
  database: Kysely<Tables>,
  filter: ImageFilter,
  matches: readonly IndexMatch[],
): Promise<Match[]> {
  const scores = new Map(matches.map(({ key, score }) => [key, score]))
  // A cross join, because SQLite then takes the tables in this order: from the few keys to their images.
  const rows = await database
    .selectFrom('vectors')
    .crossJoin('images')
    .whereRef('images.content_hash', '=', 'vectors.content_hash')
    .where('vectors.id', 'in', SQLITE.numbers([...scores.keys()]))
    .where(filterCondition(filter, SQLITE))
    .select(['images.id as imageId', 'vectors.id as key'])
    .execute()
  return rows.map(({ imageId, key }) => ({ imageId, score: scores.get(key)! }))
}

/** Compares with every matching row, a chunk at a time: memory stays bounded by `topK` and a chunk. */
async function scan(
  database: Kysely<Tables>,
  space: SpaceIndex,
  unit: Float32Array,
  filter: ImageFilter,
  topK: number,
): Promise<Match[]> {
  let kept: Match[] = []
  for (let after = ''; ; ) {
    const rows = await matchingVectors(database, space, filter)
      .where('images.id', '>', after)
      .orderBy('images.id')
      .limit(CHUNK_ROWS)
      .execute()
    kept.push(...compare(rows, unit))
    if (rows.length < CHUNK_ROWS) return kept
    if (kept.length > topK + CHUNK_ROWS) kept = topMatches(kept, topK, undefined)
    after = rows.at(-1)!.imageId
  }
}

/** The images that pass a filter, with their vectors. */
function matchingVectors(database: Kysely<Tables>, { embedderId }: SpaceIndex, filter: ImageFilter) {
  // From the filter's own index to the vectors, never the other way round.
  return database
    .selectFrom('images')
    .crossJoin('vectors')
    .whereRef('vectors.content_hash', '=', 'images.content_hash')
    .where('vectors.embedder_id', '=', embedderId)
    .where(filterCondition(filter, SQLITE))
    .select(['images.id as imageId', 'vectors.data as data'])
}

/** What passes a filter; kept, because the next stroke of a drawing asks with the same one. */
async function matchesOf(
  database: Kysely<Tables>,
  space: SpaceIndex,
  filter: ImageFilter,
): Promise<FilterMatches> {
  const kept = space.matchesOf(filter)
  if (kept !== undefined) return kept
  const count = await countMatches(database, filter)
  const rows =
    count <= EXACT_SEARCH_MAX_ROWS ? await matchingVectors(database, space, filter).execute() : undefined
  const matches = { count, rows }
  space.keepMatches(filter, matches)
  return matches
}

async function countMatches(database: Kysely<Tables>, filter: ImageFilter): Promise<number> {
  const { matches } = await database
    .selectFrom('images')
    .select((eb) => eb.fn.countAll<number>().as('matches'))
    .where(filterCondition(filter, SQLITE))
    .executeTakeFirstOrThrow()
  return matches
}
