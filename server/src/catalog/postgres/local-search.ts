import { type RawBuilder, sql } from 'kysely'
import { POSTGRES } from '../../database/postgres/dialect.ts'
import { filterCondition, isOnlyFolding, isUnfiltered } from '../filters.ts'
import { bestOfEach, type Match, type StoredSpace } from '../sql/vector-backend.ts'
import type { Search, SearchWays } from './search-ways.ts'
import { candidatesFor, dataOf, isInSpace, setIndexSearch, vectorText } from './vector-sql.ts'

/**
 * Size of the candidate list in the graph (`hnsw.ef_search`). pgvector's default of 40 misses a third of the results among
 * vectors without close neighbours. These values find at least 97 %; longer lists find no more among a million vectors.
 */
const EF_SEARCH_PER_RESULT = 4
const MIN_EF_SEARCH = 600
const MAX_EF_SEARCH = 1_000
/** Many candidates do not pass a filter. */
const EF_SEARCH_TIMES_FILTERED = 2

/** Searches vectors that are stored on the same server as the images. */
export const LOCAL_SEARCH = { compareAll, searchIndex, searchWindows, scoreOf } satisfies SearchWays

interface ListedMatch extends Match {
  /** Positions of the vectors of the query whose lists have the image. */
  lists: number[]
}

/**
 * Vectors of which too few results pass the filter within the rows that the index reads are compared with all images.
 * @returns undefined if these are all vectors of the query
 */
async function searchIndex(search: Search, maxScannedRows?: number): Promise<Match[] | undefined> {
  const { database, query } = search
  const enough = Math.max(MIN_EF_SEARCH, EF_SEARCH_PER_RESULT * query.topK)
  const times = isOnlyFolding(query.filter) ? 1 : EF_SEARCH_TIMES_FILTERED
  const efSearch = Math.min(MAX_EF_SEARCH, times * enough)
  const found = await database.transaction().execute(async (transaction) => {
    await setIndexSearch(transaction, efSearch, maxScannedRows)
    const { rows } = await nearest(search, distance(search.space)).execute(transaction)
    return rows
  })
  const lengths = search.vectors.map(() => 0)
  for (const { lists } of found) for (const list of lists) lengths[list]!++
  const short = search.vectors.filter((_, n) => lengths[n]! < query.topK)
  if (short.length === 0) return found
  if (short.length === search.vectors.length) return undefined
  return bestOfEach([...found, ...(await compareAll({ ...search, vectors: short }))])
}

async function compareAll(search: Search): Promise<Match[]> {
  // No index has this order, so the planner compares all rows.
  const { rows } = await nearest(search, sql`(${distance(search.space)}) + 0, images.id`).execute(
    search.database,
  )
  return rows
}

/** The order of the index, at its precision. With a second sort key PostgreSQL would not use the index. */
function distance(space: StoredSpace) {
  return sql`${dataOf('vectors', space)} <=> query.vector::halfvec`
}

/** The score of a vector at full precision. */
function scoreIn({ dimensions }: StoredSpace) {
  return sql`query.weight * (1 - (vectors.data::vector(${sql.lit(dimensions)}) <=> query.vector)) + query."offset"`
}

async function searchWindows(search: Search, windows: StoredSpace): Promise<Match[]> {
  const { database, space, query } = search
  const length = sql.lit(space.dimensions)
  const parts = Array.from(
    { length: windows.dimensions / space.dimensions },
    (_, n) => sql`(subvector(vectors.data::vector, ${sql.lit(n * space.dimensions + 1)}, ${length}))`,
  )
  const images = database
    .selectFrom('images')
    .select(['id', 'content_hash'])
    .where(filterCondition(query.filter, POSTGRES))
  const { rows } = await sql<Match>`
      select images.id as "imageId", max(query.weight * -(part.vector <#> query.vector) + query."offset") as score
      from vectors join (${images}) as images on images.content_hash = vectors.content_hash
      cross join lateral (values ${sql.join(parts)} offset 0) as part (vector)
      cross join ${queryTable(search)}
      where ${isInSpace(windows)}
      group by images.id order by score desc, images.id limit ${query.topK}`.execute(database)
  return rows
}

/** The vectors of the query as a table. */
function queryTable({ vectors }: Search) {
  const rows = vectors.map(
    ({ vector, weight, offset }, list) =>
      sql`(${sql.lit(list)}, ${vectorText(vector)}::vector, ${weight}::float8, ${offset}::float8)`,
  )
  return sql`(values ${sql.join(rows)}) as query (list, vector, weight, "offset")`
}

/** Selects slightly more results than requested for each vector in an order, and the best exact score of each image. */
function nearest(search: Search, order: RawBuilder<unknown>) {
  const { database, space, query } = search
  const limit = candidatesFor(query.topK)
  const images = database
    .selectFrom('images')
    .select(['id', 'content_hash'])
    .where(filterCondition(query.filter, POSTGRES, true))
  return sql<ListedMatch>`
      select "imageId", max(${scoreIn(space)}) as score, array_agg(query.list) as lists from ${queryTable(search)} cross join lateral (
        select images.id as "imageId", vectors.data
        from vectors join ${isUnfiltered(query.filter) ? sql`images` : sql`(${images}) as images`}
          on images.content_hash = vectors.content_hash
        where ${isInSpace(space)}
        order by ${order} limit ${limit}
      ) as vectors group by "imageId"`
}

async function scoreOf(imageId: string, search: Search): Promise<Match | undefined> {
  const { database, space, query } = search
  const image = database
    .selectFrom('images')
    .select(['id', 'content_hash'])
    .where(filterCondition(query.filter, POSTGRES))
    .where('images.id', '=', imageId)
  const { rows } = await sql<Match>`
      select image.id as "imageId", max(${scoreIn(space)}) as score
      from ${queryTable(search)} cross join (${image}) as image
      join vectors on vectors.content_hash = image.content_hash and ${isInSpace(space)}
      group by image.id`.execute(database)
  return rows[0]
}
