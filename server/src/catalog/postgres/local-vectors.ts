import { type Kysely, sql } from 'kysely'
import { POSTGRES } from '../../database/postgres/dialect.ts'
import type { Tables } from '../../database/schema.ts'
import type { ImageVector, SimilarPairs } from '../catalog.ts'
import { MAX_PAIRS_PER_VECTOR } from '../contract/vectors.ts'
import type { ActiveSpace, StoredSpace } from '../sql/vector-backend.ts'
import { LOCAL_SEARCH } from './local-search.ts'
import { dataOf, isInSpace, parseVector, readTexts, vectorText } from './vector-sql.ts'
import { PAIR_ROWS, pairsOf, type VectorTable } from './vector-table.ts'

/** Vectors in one table, on the same server as the images. */
export const LOCAL_VECTORS: VectorTable = {
  name: 'vectors',
  search: LOCAL_SEARCH,
  textsOf: readTexts.bind(undefined, 'vectors'),
  vectorsOf,
  similarPairs,

  async insert(transaction, embedderId, vectors) {
    const rows = [...vectors].map(
      ([hash, vector]) => sql`(${sql.lit(embedderId)}::int, ${hash}, ${vectorText(vector)}::halfvec)`,
    )
    const { rows: added } = await sql<{ id: number; content_hash: string }>`
      insert into vectors (embedder_id, content_hash, data) values ${sql.join(rows)}
      on conflict (content_hash, embedder_id) do nothing returning id, content_hash`.execute(transaction)
    return added
  },
}

async function vectorsOf(
  database: Kysely<Tables>,
  space: StoredSpace,
  imageIds: readonly string[],
): Promise<ImageVector[]> {
  const { rows } = await sql<{ id: string; contentHash: string; data: string }>`
        select images.id, images.content_hash as "contentHash", vectors.data::text as data from images
        join vectors on vectors.content_hash = images.content_hash and ${isInSpace(space)}
        where images.id in ${POSTGRES.texts(imageIds)}`.execute(database)
  return rows.map(({ id, contentHash, data }) => ({
    id,
    contentHash,
    vector: parseVector(data),
  }))
}

async function similarPairs(
  database: Kysely<Tables>,
  space: ActiveSpace,
  after: number,
  threshold: number,
): Promise<SimilarPairs> {
  // The nearest one is the vector itself.
  const neighbours = sql.lit(MAX_PAIRS_PER_VECTOR + 1)
  const { rows } = await sql<{ id: number; a: string; b: string | null; score: number }>`
        select a.id, a.content_hash as a, near.content_hash as b, near.score
        from (select id, content_hash, data from vectors where ${isInSpace(space)} and id > ${after}
              order by id limit ${sql.lit(PAIR_ROWS)}) as a
        left join lateral (
          select * from (
            select vectors.id, vectors.content_hash, 1 - (${dataOf('vectors', space)} <=> ${dataOf('a', space)}) as score
            from vectors where ${isInSpace(space)}
            order by ${dataOf('vectors', space)} <=> ${dataOf('a', space)} limit ${neighbours}
          ) as nearest where nearest.id <> a.id and nearest.score >= ${threshold}
        ) as near on true
        order by a.id`.execute(database)
  const pairs = rows.flatMap(({ a, b, score }) => (b === null ? [] : [{ a, b, score }]))
  return pairsOf(
    pairs,
    rows.map(({ id, a }) => ({ id, contentHash: a })),
  )
}
