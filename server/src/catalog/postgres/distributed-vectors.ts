import { type Kysely, sql } from 'kysely'
import { POSTGRES } from '../../database/postgres/dialect.ts'
import type { Tables } from '../../database/schema.ts'
import type { SimilarPairs } from '../catalog.ts'
import { MAX_PAIRS_PER_VECTOR } from '../contract/vectors.ts'
import type { ActiveSpace } from '../sql/vector-backend.ts'
import { DISTRIBUTED_SEARCH } from './distributed-search.ts'
import { dataOf, isInSpace, parseVector, readTexts, vectorText } from './vector-sql.ts'
import { PAIR_ROWS, pairsOf, type VectorTable } from './vector-table.ts'

const textsOf = readTexts.bind(undefined, 'vector_data')

/** Vectors on the nodes of a Citus cluster, by their content. The coordinator has their keys in `vectors`, and all other tables. */
export const DISTRIBUTED_VECTORS: VectorTable = {
  name: 'vector_data',
  search: DISTRIBUTED_SEARCH,
  textsOf,
  similarPairs,

  async insert(transaction, embedderId, vectors) {
    const keys = [...vectors.keys()].map((hash) => sql`(${sql.lit(embedderId)}::int, ${hash})`)
    const { rows: added } = await sql<{ id: number; content_hash: string }>`
      insert into vectors (embedder_id, content_hash) values ${sql.join(keys)}
      on conflict (content_hash, embedder_id) do nothing returning id, content_hash`.execute(transaction)
    const rows = added.map(
      ({ content_hash: hash }) =>
        sql`(${hash}, ${sql.lit(embedderId)}::int, ${vectorText(vectors.get(hash)!)}::halfvec)`,
    )
    if (rows.length > 0)
      // After the coordinator was restored from a backup, nodes may have vectors without keys.
      await sql`insert into vector_data (content_hash, embedder_id, data) values ${sql.join(rows)}
        on conflict (content_hash, embedder_id) do update set data = excluded.data`.execute(transaction)
    return added
  },

  async vectorsOf(database, { embedderId }, imageIds) {
    const images = await database
      .selectFrom('images')
      .select(['id', 'content_hash'])
      .where('id', 'in', POSTGRES.texts(imageIds))
      .execute()
    const texts = await textsOf(
      database,
      embedderId,
      images.map(({ content_hash }) => content_hash),
    )
    return images.flatMap(({ id, content_hash }) => {
      const text = texts.get(content_hash)
      if (text === undefined) return []
      return [{ id, contentHash: content_hash, vector: parseVector(text) }]
    })
  },
}

async function similarPairs(
  database: Kysely<Tables>,
  space: ActiveSpace,
  after: number,
  threshold: number,
): Promise<SimilarPairs> {
  const keys = await database
    .selectFrom('vectors')
    .select(['id', 'content_hash'])
    .where('embedder_id', '=', space.embedderId)
    .where('id', '>', after)
    .orderBy('id')
    .limit(PAIR_ROWS)
    .execute()
  const texts = await textsOf(
    database,
    space.embedderId,
    keys.map(({ content_hash }) => content_hash),
  )
  // The nodes can't join vectors with those of other nodes, so that each has a search of its own. The nearest one is the vector itself.
  const searches = [...texts].map(([hash, text]) => {
    const distance = sql`${dataOf('vectors', space)} <=> ${text}::halfvec`
    return sql`(select ${hash}::text as a, content_hash as b, 1 - (${distance}) as score from vector_data as vectors
      where ${isInSpace(space)} order by ${distance} limit ${sql.lit(MAX_PAIRS_PER_VECTOR + 1)})`
  })
  const pairs = searches.length === 0 ? [] : await nearPairs(database, searches)
  return pairsOf(
    pairs.filter(({ a, b, score }) => a !== b && score >= threshold),
    keys.map(({ id, content_hash }) => ({ id, contentHash: content_hash })),
  )
}

async function nearPairs(database: Kysely<Tables>, searches: ReturnType<typeof sql>[]) {
  const { rows } = await sql<SimilarPairs['pairs'][number]>`${sql.join(searches, sql` union all `)}`.execute(
    database,
  )
  return rows
}
