import { type Kysely, sql, type Transaction } from 'kysely'
import type { Tables } from '../../database/schema.ts'
import { SQLITE } from '../../database/sqlite/dialect.ts'
import { DomainError } from '../../errors.ts'
import type { ImageVector, NearPair, SimilarPairs, SpaceName } from '../catalog.ts'
import { MAX_PAIRS_PER_VECTOR } from '../contract/vectors.ts'
import { fromFloat16, toFloat16 } from '../float16.ts'
import {
  opened,
  type StoredSpace,
  type StoredVector,
  spaceNamed,
  type VectorBackend,
} from '../sql/vector-backend.ts'
import { activateSpace, openSpaceIndex, removeIndexFile, type SpaceIndex } from './space-index.ts'
import { findCandidates, findNearVectors } from './vector-search.ts'

/** A section this small delays a waiting search by milliseconds only, even among a million vectors. */
const PAIR_ROWS = 16

export interface IndexedVectors {
  vectors: VectorBackend
  /** Does one step of maintenance. @returns whether another one is needed */
  maintain(): Promise<boolean>
  saveAll(): Promise<void>
}

/** Stores vectors in the database and searches them with an in-memory index that is derived from them. */
export function createIndexedVectors(
  database: Kysely<Tables>,
  { directory, savesIndex }: { directory: string; savesIndex: boolean },
): IndexedVectors {
  let current: SpaceIndex | undefined
  let former: SpaceIndex | undefined
  const space = (): SpaceIndex => {
    if (current === undefined) throw new DomainError('unavailable', 'No embedder has been chosen yet.')
    return current
  }
  const stored = (name: SpaceName | undefined): StoredSpace =>
    name === 'former' ? opened(former, name) : spaceNamed(space(), name)
  const saveAll = async (): Promise<void> => {
    if (savesIndex) await current?.save(true)
    await current?.written()
  }
  const vectors: VectorBackend = {
    async activate(requested) {
      await saveAll()
      former = undefined
      current = await activateSpace(database, directory, requested, savesIndex)
      return current
    },

    async openFormer(requested) {
      former = requested && (await openSpaceIndex(database, directory, requested, savesIndex))
    },

    async insert(transaction, vectors, name) {
      if (vectors.size === 0) return []
      return insertVectors(transaction, spaceNamed(space(), name), vectors)
    },

    inserted(rows, vectors) {
      addToIndex(space(), rows, vectors)
      former?.changed(0)
    },

    removed(ids) {
      const { index, changed } = space()
      index.remove([...ids])
      changed(ids.length)
    },

    changed() {
      space().changed(0)
      former?.changed(0)
    },
    findNearest: ({ space: name, ...query }) =>
      name === 'former'
        ? findCandidates(database, opened(former, name), query)
        : findCandidates(database, space(), { ...query, space: name }),
    findNearVectors: (vector, count, name = 'image') =>
      name === 'image' ? findNearVectors(database, space(), vector, count) : undefined,
    get: (imageIds, name) => vectorsOf(database, stored(name), imageIds),
    similarPairs: (after, threshold) => similarPairs(database, space(), after, threshold),

    async removeSpaces(embedderIds) {
      if (current !== undefined && embedderIds.includes(current.embedderId)) {
        // A write in progress would restore the file.
        await current.written()
        current = undefined
      }
      if (former !== undefined && embedderIds.includes(former.embedderId)) former = undefined
      for (const id of embedderIds) removeIndexFile(directory, id)
      await sql`vacuum`.execute(database)
      await sql`pragma wal_checkpoint(truncate)`.execute(database)
    },
  }
  return {
    vectors,
    saveAll,
    maintain: () => maintain(current, former, savesIndex),
  }
}

/** The former index answers searches while there is one, and comes first. @returns whether another step is needed */
async function maintain(
  current: SpaceIndex | undefined,
  former: SpaceIndex | undefined,
  savesIndex: boolean,
): Promise<boolean> {
  if (current === undefined) return false
  if (former !== undefined && !former.isComplete()) {
    await former.catchUp()
    return true
  }
  const isComplete = current.isComplete() || (await current.catchUp())
  if (savesIndex) await current.save(false)
  return !isComplete
}

function insertVectors(
  transaction: Transaction<Tables>,
  { embedderId }: StoredSpace,
  vectors: ReadonlyMap<string, Float32Array>,
): Promise<StoredVector[]> {
  const rows = [...vectors].map(([hash, vector]) => ({
    embedder_id: embedderId,
    content_hash: hash,
    data: toFloat16(vector),
  }))
  return transaction
    .insertInto('vectors')
    .values(rows)
    .onConflict((conflict) => conflict.columns(['content_hash', 'embedder_id']).doNothing())
    .returning(['id', 'content_hash'])
    .execute()
}

function addToIndex(
  { index, dimensions, changed }: SpaceIndex,
  rows: readonly StoredVector[],
  vectors: ReadonlyMap<string, Float32Array>,
): void {
  const added = new Float32Array(rows.length * dimensions)
  for (const [n, { content_hash: hash }] of rows.entries()) added.set(vectors.get(hash)!, n * dimensions)
  index.add(
    rows.map(({ id }) => id),
    added,
  )
  changed(rows.length)
}

async function vectorsOf(
  database: Kysely<Tables>,
  { embedderId }: StoredSpace,
  imageIds: readonly string[],
): Promise<ImageVector[]> {
  // With a cross join SQLite reads the tables in this order: from the few images to their vectors.
  const rows = await database
    .selectFrom('images')
    .crossJoin('vectors')
    .whereRef('vectors.content_hash', '=', 'images.content_hash')
    .select(['images.id as id', 'images.content_hash as contentHash', 'vectors.data as data'])
    .where('vectors.embedder_id', '=', embedderId)
    .where('images.id', 'in', SQLITE.texts(imageIds))
    .execute()
  return rows.map(({ id, contentHash, data }) => ({ id, contentHash, vector: fromFloat16(data) }))
}

async function similarPairs(
  database: Kysely<Tables>,
  { embedderId, index }: SpaceIndex,
  after: number,
  threshold: number,
): Promise<SimilarPairs> {
  const rows = await database
    .selectFrom('vectors')
    .select(['id', 'content_hash', 'data'])
    // The plus sign keeps SQLite from sorting all vectors of the embedder for each section.
    .where(sql<number>`+embedder_id`, '=', embedderId)
    .where('id', '>', after)
    .orderBy('id')
    .limit(PAIR_ROWS)
    .execute()
  const near = rows.flatMap((row) =>
    index
      // The nearest one is the vector itself.
      .search(fromFloat16(row.data), MAX_PAIRS_PER_VECTOR + 1)
      .filter(({ key, score }) => key !== row.id && score >= threshold)
      .map(({ key, score }) => ({ a: row.content_hash, key, score })),
  )
  const others = await database
    .selectFrom('vectors')
    .select(['id', 'content_hash'])
    .where('id', 'in', SQLITE.numbers(near.map(({ key }) => key)))
    .execute()
  const contents = new Map(others.map((row) => [row.id, row.content_hash]))
  const pairs: NearPair[] = near.map(({ a, key, score }) => ({ a, b: contents.get(key) ?? a, score }))
  const last = rows.at(-1)?.id
  const compared = rows.map(({ id, content_hash }) => ({ id, contentHash: content_hash }))
  return { pairs, compared, last, next: rows.length < PAIR_ROWS ? undefined : last }
}
