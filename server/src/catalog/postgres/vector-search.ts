import { type Kysely, type RawBuilder, sql } from 'kysely'
import { POSTGRES } from '../../database/postgres/dialect.ts'
import type { Tables } from '../../database/schema.ts'
import type { NearestQuery, WeightedVector } from '../catalog.ts'
import { filterCondition, isOnlyFolding, isUnfiltered } from '../filters.ts'
import {
  type ActiveSpace,
  bestOfEach,
  type Match,
  type QueryInSpace,
  type StoredSpace,
  spaceNamed,
  topMatches,
  unitVectorsOf,
} from '../sql/vector-backend.ts'
import type { IndexBuilder } from './index-builder.ts'
import { dataOf, isInSpace, vectorText } from './vector-sql.ts'

/** Maximum number of matching rows that are compared one by one: exact, and as fast as an index with a filter. */
const EXACT_SEARCH_MAX_ROWS = 10_000
/**
 * Size of the candidate list in the graph (`hnsw.ef_search`). pgvector's default of 40 misses a third of the results among
 * vectors without close neighbours; these values find at least 97 %.
 */
const EF_SEARCH_PER_RESULT = 4
const MIN_EF_SEARCH = 400
const MAX_EF_SEARCH = 1_000
/** Many candidates do not pass a filter. */
const EF_SEARCH_TIMES_FILTERED = 2
const MAX_SCANNED_ROWS = 200_000
/** The index returns more results than requested, because their exact scores change the order. */
const OVERSAMPLING = 1.2
const EXTRA_RESULTS = 10

/** A query in one space, with vectors of unit length. */
interface Search {
  database: Kysely<Tables>
  space: StoredSpace
  query: NearestQuery
  vectors: readonly WeightedVector[]
}

/** Finds the `topK` images most similar to a vector that pass a filter, best first. */
export async function findMatches(
  database: Kysely<Tables>,
  space: ActiveSpace,
  index: Pick<IndexBuilder, 'isReady' | 'recheck'>,
  query: QueryInSpace,
): Promise<Match[]> {
  const search: Search = {
    database,
    space: spaceNamed(space, query.space),
    query,
    vectors: unitVectorsOf(query.vector),
  }
  if ((query.space ?? 'image') !== 'image')
    return topMatches(await searchExactly(search), query.topK, query.alwaysInclude)
  const isFew = (await countMatches(search)) <= EXACT_SEARCH_MAX_ROWS
  if (!isFew && !index.isReady) await index.recheck()
  const wholes =
    isFew || !index.isReady
      ? await searchExactly(search)
      : ((await searchIndex(search)) ?? (await searchExactly(search)))
  const { alwaysInclude, topK, wholeImages } = query
  const { windows } = space.further
  const found =
    windows === undefined || wholeImages
      ? wholes
      : bestOfEach([...wholes, ...(await searchWindows(search, windows))])
  const pinned = alwaysInclude === undefined ? undefined : await scoreOf(alwaysInclude, search)
  const others = found.filter(({ imageId }) => imageId !== alwaysInclude)
  return topMatches(pinned === undefined ? others : [...others, pinned], topK, alwaysInclude)
}

/** Counts the images that match the filter, up to one more than are compared one by one. */
async function countMatches({ database, query: { filter } }: Search): Promise<number> {
  if (isUnfiltered(filter)) return EXACT_SEARCH_MAX_ROWS + 1
  const some = database
    .selectFrom('images')
    .select(sql`1`.as('one'))
    .where(filterCondition(filter, POSTGRES))
    .limit(EXACT_SEARCH_MAX_ROWS + 1)
  const { matches } = await database
    .selectFrom(some.as('some'))
    .select((eb) => eb.fn.countAll<number>().as('matches'))
    .executeTakeFirstOrThrow()
  return matches
}

/** @returns undefined if too few results pass the filter within `MAX_SCANNED_ROWS` */
async function searchIndex(search: Search): Promise<Match[] | undefined> {
  const { database, query } = search
  const enough = Math.max(MIN_EF_SEARCH, EF_SEARCH_PER_RESULT * query.topK)
  const times = isOnlyFolding(query.filter) ? 1 : EF_SEARCH_TIMES_FILTERED
  const efSearch = Math.min(MAX_EF_SEARCH, times * enough)
  const found = await database.transaction().execute(async (transaction) => {
    await sql`set local hnsw.ef_search = ${sql.lit(efSearch)}`.execute(transaction)
    // Continues until enough results pass the filter.
    await sql`set local hnsw.iterative_scan = strict_order`.execute(transaction)
    await sql`set local hnsw.max_scan_tuples = ${sql.lit(MAX_SCANNED_ROWS)}`.execute(transaction)
    const { rows } = await nearest(search, distance(search.space)).execute(transaction)
    return rows
  })
  return found.length < query.topK ? undefined : found
}

async function searchExactly(search: Search): Promise<Match[]> {
  // No index has this order, so the planner compares all rows.
  const { rows } = await nearest(search, sql`(${distance(search.space)}) + 0`).execute(search.database)
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

/** Compares all windows, which are stored one after the other. The length of each is its weight. */
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
      group by images.id order by score desc limit ${query.topK}`.execute(database)
  return rows
}

/** The vectors of the query as a table. */
function queryTable({ vectors }: Search) {
  const rows = vectors.map(
    ({ vector, weight, offset }) =>
      sql`(${vectorText(vector)}::vector, ${weight}::float8, ${offset}::float8)`,
  )
  return sql`(values ${sql.join(rows)}) as query (vector, weight, "offset")`
}

/** Selects slightly more results than requested for each vector in an order, and the best exact score of each image. */
function nearest(search: Search, order: RawBuilder<unknown>) {
  const { database, space, query } = search
  const limit = Math.ceil(query.topK * OVERSAMPLING) + EXTRA_RESULTS
  const images = database
    .selectFrom('images')
    .select(['id', 'content_hash'])
    .where(filterCondition(query.filter, POSTGRES, true))
  return sql<Match>`
      select "imageId", max(${scoreIn(space)}) as score from ${queryTable(search)} cross join lateral (
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
