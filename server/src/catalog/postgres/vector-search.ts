import { type Kysely, sql } from 'kysely'
import { POSTGRES } from '../../database/postgres/dialect.ts'
import type { Tables } from '../../database/schema.ts'
import { filterCondition, isUnfiltered } from '../filters.ts'
import {
  type ActiveSpace,
  bestOfEach,
  type Match,
  type QueryInSpace,
  spaceNamed,
  topMatches,
  unitVectorsOf,
} from '../sql/vector-backend.ts'
import type { IndexBuilder } from './index-builder.ts'
import type { Search, SearchWays } from './search-ways.ts'

/** Maximum number of matching rows that are compared one by one: exact, and as fast as an index with a filter. */
const EXACT_SEARCH_MAX_ROWS = 10_000

/** Finds the `topK` images most similar to a vector that pass a filter, best first. */
export async function findMatches(
  ways: SearchWays,
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
    return topMatches(await ways.compareAll(search, false), query.topK, query.alwaysInclude)
  const isFew = (await countMatches(search)) <= EXACT_SEARCH_MAX_ROWS
  if (!isFew && !index.isReady) await index.recheck()
  const wholes =
    isFew || !index.isReady
      ? await ways.compareAll(search, isFew)
      : ((await ways.searchIndex(search)) ?? (await ways.compareAll(search, true)))
  const { alwaysInclude, topK, wholeImages } = query
  const { windows } = space.further
  const found =
    windows === undefined || wholeImages
      ? wholes
      : bestOfEach([...wholes, ...(await ways.searchWindows(search, windows, isFew))])
  const pinned = alwaysInclude === undefined ? undefined : await ways.scoreOf(alwaysInclude, search)
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
