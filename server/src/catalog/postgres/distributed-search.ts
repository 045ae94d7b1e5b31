import { type Kysely, type RawBuilder, sql } from 'kysely'
import { POSTGRES } from '../../database/postgres/dialect.ts'
import type { Tables } from '../../database/schema.ts'
import type { WeightedVector } from '../catalog.ts'
import { filterCondition, isOnlyFolding } from '../filters.ts'
import { type Match, type StoredSpace, topMatches } from '../sql/vector-backend.ts'
import type { Search, SearchWays } from './search-ways.ts'
import { candidatesFor, dataOf, isInSpace, setIndexSearch, vectorText } from './vector-sql.ts'

/**
 * Size of the candidate list in the graph of each shard (`hnsw.ef_search`). A shard holds few of the results, so that a shorter list
 * finds them than in one graph of all vectors.
 */
const MIN_EF_SEARCH = 100
const MAX_EF_SEARCH = 1_000
/** The nodes do not have the images: they return more contents for a filter, and those that do not pass are dropped. */
const FILTERED_FACTOR = 4
/** Growth of the number of contents that are read until enough images pass. */
const [MIN_GROWTH, MAX_GROWTH] = [2, 16]
const MARGIN = 1.5
/** Beyond this number, comparing all images that pass a filter takes less time. */
const MAX_CANDIDATES = 20_000
/** Images whose contents one statement names. */
const IMAGES_PER_STATEMENT = 50_000

interface Candidate {
  content_hash: string
  score: number
}

interface FilteredImage {
  id: string
  content_hash: string
}

/** Returns the contents with the best scores, of all nodes, best first. @param among undefined: all contents */
type ReadBest = (limit: number, among?: readonly string[]) => Promise<Candidate[]>

/**
 * Searches vectors that are spread over several nodes by their content. Each node sorts its own, Citus merges the best ones, and the
 * coordinator compares them with its table of images: joining it on the nodes would need a copy of the images on each.
 */
export const DISTRIBUTED_SEARCH: SearchWays = {
  compareAll: (search, isFew) => bestMatches(search, exactReader(search), isFew),

  searchIndex: (search) => matchGrowing(search, (limit) => readIndex(search, limit), false),

  searchWindows: (search, windows, isFew) => bestMatches(search, windowReader(search, windows), isFew),

  async scoreOf(imageId, search) {
    const image = await filteredImages(search).where('images.id', '=', imageId).executeTakeFirst()
    if (image === undefined) return undefined
    const [best] = await exactReader(search)(1, [image.content_hash])
    return best && { imageId, score: best.score }
  },
}

async function bestMatches(search: Search, read: ReadBest, isFew: boolean): Promise<Match[]> {
  const found = isFew ? undefined : await matchGrowing(search, read, true)
  return found ?? compareFiltered(search, read)
}

/**
 * Reads more and more contents until `topK` images pass the filter.
 * @param isExact whether there are no more contents if fewer than requested were read
 * @returns undefined if too few pass
 */
async function matchGrowing(search: Search, read: ReadBest, isExact: boolean): Promise<Match[] | undefined> {
  const { topK, filter } = search.query
  const first = candidatesFor(topK)
  let limit = isOnlyFolding(filter) ? first : FILTERED_FACTOR * first
  for (;;) {
    const candidates = await read(limit)
    const matches = await matchesAmong(search, candidates)
    const isComplete = candidates.length < limit
    if (matches.length >= topK || (isExact && isComplete)) return matches
    if (isComplete || limit >= MAX_CANDIDATES) return undefined
    const needed = (MARGIN * topK) / Math.max(1, matches.length)
    limit = Math.min(MAX_CANDIDATES, Math.ceil(limit * Math.min(MAX_GROWTH, Math.max(MIN_GROWTH, needed))))
  }
}

/** The images that have the contents and pass the filter. */
async function matchesAmong({ database, query }: Search, candidates: readonly Candidate[]): Promise<Match[]> {
  if (candidates.length === 0) return []
  const hashes = candidates.map(({ content_hash }) => content_hash)
  const scores = candidates.map(({ score }) => score)
  const near = sql<Candidate>`unnest(${hashes}::text[], ${scores}::float8[])`
  return database
    .selectFrom('images')
    .innerJoin(near.as<'near'>(sql`near (content_hash, score)`), 'near.content_hash', 'images.content_hash')
    .select(['images.id as imageId', 'near.score'])
    .where((eb) => filterCondition(query.filter, POSTGRES, true)(eb))
    .execute()
}

/** Compares the contents of all images that pass the filter, in parts: there may be millions. */
async function compareFiltered(search: Search, read: ReadBest): Promise<Match[]> {
  const { topK } = search.query
  let best: Match[] = []
  for (let after = ''; ; ) {
    const part: FilteredImage[] = await filteredImages(search)
      .where('images.id', '>', after)
      .orderBy('images.id')
      .limit(IMAGES_PER_STATEMENT)
      .execute()
    if (part.length === 0) return best
    const images = Map.groupBy(part, ({ content_hash }) => content_hash)
    const found = await read(topK, [...images.keys()])
    const matches = found.flatMap(({ content_hash, score }) =>
      images.get(content_hash)!.map(({ id }) => ({ imageId: id, score })),
    )
    best = topMatches([...best, ...matches], topK, undefined)
    if (part.length < IMAGES_PER_STATEMENT) return best
    after = part.at(-1)!.id
  }
}

function filteredImages({ database, query }: Search) {
  return database
    .selectFrom('images')
    .select(['images.id', 'images.content_hash'])
    .where(filterCondition(query.filter, POSTGRES))
}

/** Reads the contents nearest to each vector of the query from the indexes of all shards. */
async function readIndex({ database, space, vectors }: Search, limit: number): Promise<Candidate[]> {
  const efSearch = Math.min(MAX_EF_SEARCH, Math.max(MIN_EF_SEARCH, limit))
  const read = await database.transaction().execute(async (transaction) => {
    // The nodes search, so they need the settings of the transaction.
    await sql`set local citus.propagate_set_commands = 'local'`.execute(transaction)
    await setIndexSearch(transaction, efSearch)
    const lists: Candidate[][] = []
    for (const { vector } of vectors) {
      // The order of the index, at its precision. With a second sort key PostgreSQL would not use the index.
      const order = sql`${dataOf('vectors', space)} <=> ${vectorText(vector)}::halfvec`
      lists.push(await select(transaction, space, scoreOfVectors(space, vectors), { order, limit }))
    }
    return lists
  })
  return [...new Map(read.flat().map((candidate) => [candidate.content_hash, candidate])).values()]
}

function exactReader({ database, space, vectors }: Search): ReadBest {
  return (limit, among) => select(database, space, scoreOfVectors(space, vectors), { limit, among })
}

function windowReader({ database, space, vectors }: Search, windows: StoredSpace): ReadBest {
  const length = sql.lit(space.dimensions)
  const scores = Array.from({ length: windows.dimensions / space.dimensions }, (_, n) => {
    const part = sql`subvector(vectors.data::vector, ${sql.lit(n * space.dimensions + 1)}, ${length})`
    return vectors.map(
      ({ vector, weight, offset }) =>
        sql`${weight}::float8 * -(${part} <#> ${vectorText(vector)}::vector) + ${offset}::float8`,
    )
  })
  return (limit, among) =>
    select(database, windows, sql`greatest(${sql.join(scores.flat())})`, { limit, among })
}

/** The best score of a vector at full precision. */
function scoreOfVectors({ dimensions }: StoredSpace, vectors: readonly WeightedVector[]): RawBuilder<number> {
  const scores = vectors.map(
    ({ vector, weight, offset }) =>
      sql`${weight}::float8 * (1 - (vectors.data::vector(${sql.lit(dimensions)}) <=> ${vectorText(vector)}::vector)) + ${offset}::float8`,
  )
  // A vector without a direction has no angle to others. As the largest number, it would be the first.
  return sql<number>`coalesce(nullif(greatest(${sql.join(scores)}), 'NaN'), '-Infinity')`
}

interface Selection {
  /** Undefined: by the score, then the content. */
  order?: RawBuilder<unknown>
  limit: number
  among?: readonly string[] | undefined
}

async function select(
  database: Kysely<Tables>,
  space: StoredSpace,
  score: RawBuilder<unknown>,
  { order = sql`score desc, content_hash`, limit, among }: Selection,
): Promise<Candidate[]> {
  const isAmong = among === undefined ? sql`` : sql`and vectors.content_hash = any (${[...among]}::text[])`
  const { rows } = await sql<Candidate>`
    select vectors.content_hash, ${score} as score from vector_data as vectors
    where ${isInSpace(space)} ${isAmong} order by ${order} limit ${sql.lit(limit)}`.execute(database)
  return rows
}
