import { type Kysely, type SelectQueryBuilder, sql } from 'kysely'
import type { ImageFilter, NearestQuery } from '../catalog.ts'
import { filterCondition, isUnfiltered } from '../filters.ts'
import { dotHalf } from '../half.ts'
import type { Tables } from '../schema.ts'
import type { OpenSpace } from './space.ts'

export interface Candidate {
  imageId: string
  score: number
}

/** Up to so many matching rows are compared one by one: exact, and faster than widening a search. */
const EXACT_ROWS = 4_096
const WIDENING = 4
const CHUNK_ROWS = 4_096

/**
 * The `topK` images most similar to a vector that pass a filter, best first.
 *
 * A filter that leaves few rows is answered exactly over those rows. One that leaves many is answered by the index,
 * widening the search until enough of what it finds passes; if that takes too much of the index, exactly again. So the
 * result is never short while matching rows exist.
 */
export async function findCandidates(
  database: Kysely<Tables>,
  space: OpenSpace,
  { vector, filter, topK, pinnedId }: NearestQuery,
): Promise<Candidate[]> {
  const unit = toUnitLength(vector)
  const filtered = !isUnfiltered(filter)
  const isExact =
    !space.isComplete() ||
    topK >= space.index.size ||
    (filtered && (await matchesAtMost(database, filter, EXACT_ROWS)))
  const found = isExact ? undefined : await searchIndex(database, space, unit, filter, topK, filtered)
  return best(found ?? (await scan(database, space, unit, filter, topK)), topK, pinnedId)
}

async function searchIndex(
  database: Kysely<Tables>,
  space: OpenSpace,
  unit: Float32Array,
  filter: ImageFilter,
  topK: number,
  filtered: boolean,
): Promise<Candidate[] | undefined> {
  const { index } = space
  for (let k = filtered ? topK * WIDENING : topK; ; k *= WIDENING) {
    const matches = index.search(unit, k)
    const scores = new Map(matches.map(({ key, score }) => [key, score]))
    const rows = await joined(database, space.embedderId)
      .select(['images.id as imageId', 'vectors.id as key'])
      .where(
        'vectors.id',
        'in',
        sql<number>`(select value from json_each(${JSON.stringify([...scores.keys()])}))`,
      )
      .where(filterCondition(filter))
      .execute()
    if (rows.length >= topK) return rows.map(({ imageId, key }) => ({ imageId, score: scores.get(key)! }))
    // Asked for everything, the graph may still miss a few vectors that no path leads to: then only rows are complete.
    if (k * WIDENING > index.size / 2) return undefined
  }
}

/** Compares with every matching row; memory stays bounded by `topK` and a chunk. */
async function scan(
  database: Kysely<Tables>,
  space: OpenSpace,
  unit: Float32Array,
  filter: ImageFilter,
  topK: number,
): Promise<Candidate[]> {
  let kept: Candidate[] = []
  for (let after = ''; ; ) {
    const rows = await joined(database, space.embedderId)
      .select(['images.id as imageId', 'vectors.data as data'])
      .where(filterCondition(filter))
      .where('images.id', '>', after)
      .orderBy('images.id')
      .limit(CHUNK_ROWS)
      .execute()
    for (const { imageId, data } of rows) kept.push({ imageId, score: dotHalf(unit, data) })
    if (rows.length < CHUNK_ROWS) return kept
    if (kept.length > topK + CHUNK_ROWS) kept = best(kept, topK, undefined)
    after = rows.at(-1)!.imageId
  }
}

function joined(
  database: Kysely<Tables>,
  embedderId: number,
): SelectQueryBuilder<Pick<Tables, 'images' | 'vectors'>, 'images' | 'vectors', object> {
  return database
    .selectFrom('images')
    .innerJoin('vectors', (join) =>
      join
        .onRef('vectors.content_hash', '=', 'images.content_hash')
        .on('vectors.embedder_id', '=', embedderId),
    )
}

async function matchesAtMost(database: Kysely<Tables>, filter: ImageFilter, limit: number): Promise<boolean> {
  const { matches } = await database
    .selectFrom((eb) =>
      eb
        .selectFrom('images')
        .select(sql<number>`1`.as('one'))
        .where(filterCondition(filter))
        .limit(limit + 1)
        .as('matching'),
    )
    .select((eb) => eb.fn.countAll<number>().as('matches'))
    .executeTakeFirstOrThrow()
  return matches <= limit
}

/** Equal scores are ordered by id, so that pages of one search never overlap. */
function best(candidates: Candidate[], topK: number, pinnedId: string | undefined): Candidate[] {
  const rank = ({ imageId, score }: Candidate) => (imageId === pinnedId ? Number.POSITIVE_INFINITY : score)
  return candidates
    .sort((a, b) => {
      const difference = rank(b) - rank(a)
      return difference !== 0 ? difference : a.imageId < b.imageId ? -1 : 1
    })
    .slice(0, topK)
}

function toUnitLength(vector: Float32Array): Float32Array {
  const length = Math.hypot(...vector)
  return length === 0 ? vector : vector.map((value) => value / length)
}
