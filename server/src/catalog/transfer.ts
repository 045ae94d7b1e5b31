import type { Insertable, Kysely, Selectable } from 'kysely'
import type { Tables } from '../database/schema.ts'
import { DomainError } from '../errors.ts'
import type { VectorSpace } from './catalog.ts'
import type { TableAccess } from './sql/table-access.ts'

/** What is copied, in the order in which it is: an image may lack its vector for a while, but no vector an image. */
export const COPIED = ['images', 'failures', 'vectors'] as const
export type Copied = (typeof COPIED)[number]

export interface CopyProgress {
  what: Copied
  done: number
  all: number
}

/** How many rows the source has, and how many of them the target had already. */
export interface CopyCounts {
  rows: number
  present: number
}

export interface CopyResult extends Record<Copied, CopyCounts> {
  embedders: number
  /** The embedder that was chosen last. */
  chosen: VectorSpace | undefined
}

export interface CopyOptions {
  from: TableAccess
  to: TableAccess
  onProgress: (progress: CopyProgress) => void
}

/** A row of vectors is about a kilobyte on its way. */
const ROWS_AT_ONCE = 1_000

/**
 * Copies a catalog with its ids, so that nothing has to be embedded again. Whatever the target has already is left alone: a copy that was
 * broken off goes on where it was when it is begun again, and one that is repeated brings what has come meanwhile. What only the target has
 * stays, except where it claims the path or the id of a copied row.
 * @throws {DomainError} `unavailable` if a model has other dimensions in the target
 */
export async function copyCatalog(options: CopyOptions): Promise<CopyResult> {
  const { embedderIds, chosen } = await copyEmbedders(options)
  const images = await copyImages(options)
  const failures = await copyFailures(options, embedderIds)
  const vectors = await copyVectors(options, embedderIds)
  await copyMountPoints(options)
  return { images, failures, vectors, embedders: embedderIds.size, chosen }
}

/** @returns the id in the target of each embedder in the source */
async function copyEmbedders({ from, to }: CopyOptions) {
  const embedders = await from.database.selectFrom('embedders').selectAll().orderBy('id').execute()
  const embedderIds = new Map<number, number>()
  for (const { id, ...embedder } of embedders) {
    const known = await to.database
      .selectFrom('embedders')
      .select(['id', 'dimensions'])
      .where('name', '=', embedder.name)
      .where('fingerprint', '=', embedder.fingerprint)
      .executeTakeFirst()
    if (known !== undefined && known.dimensions !== embedder.dimensions)
      throw new DomainError(
        'unavailable',
        `The embedder "${embedder.name}" has ${embedder.dimensions} dimensions in the source and ${known.dimensions} in the target: forget it in one of them with "sketch-search prune".`,
      )
    const added =
      known ??
      (await to.database
        .insertInto('embedders')
        .values(embedder)
        .returning(['id', 'dimensions'])
        .executeTakeFirstOrThrow())
    embedderIds.set(id, added.id)
  }
  const latest = embedders.toSorted((a, b) => b.chosen_at - a.chosen_at)[0]
  const chosen: VectorSpace | undefined = latest && {
    embedder: latest.name,
    fingerprint: latest.fingerprint,
    dimensions: latest.dimensions,
  }
  return { embedderIds, chosen }
}

async function copyImages({ from, to, onProgress }: CopyOptions): Promise<CopyCounts> {
  const counts = { rows: 0, present: 0 }
  const all = await countOf(from.database, 'images')
  for (let after = ''; ; ) {
    const rows = await from.database
      .selectFrom('images')
      .selectAll()
      .where('path', '>', after)
      .orderBy('path')
      .limit(ROWS_AT_ONCE)
      .execute()
    if (rows.length === 0) return counts
    after = rows.at(-1)!.path
    const ids = to.dialect.texts(rows.map(({ id }) => id))
    const paths = to.dialect.texts(rows.map(({ path }) => path))
    const there = await to.database.selectFrom('images').selectAll().where('id', 'in', ids).execute()
    const known = new Map(there.map((row) => [row.id, row]))
    const missing = rows.filter((row) => !isSame(row, known.get(row.id)))
    if (missing.length > 0) {
      await to.database.transaction().execute(async (transaction) => {
        await transaction
          .deleteFrom('images')
          .where('id', 'in', to.dialect.texts(missing.map(({ id }) => id)))
          .execute()
        await transaction
          .deleteFrom('images')
          .where('path', 'in', to.dialect.texts(missing.map(({ path }) => path)))
          .execute()
        await transaction.deleteFrom('failures').where('path', 'in', paths).execute()
        await transaction.insertInto('images').values(missing).execute()
      })
    }
    counts.rows += rows.length
    counts.present += rows.length - missing.length
    onProgress({ what: 'images', done: counts.rows, all: Math.max(all, counts.rows) })
  }
}

async function copyFailures(
  { from, to, onProgress }: CopyOptions,
  embedderIds: ReadonlyMap<number, number>,
): Promise<CopyCounts> {
  const counts = { rows: 0, present: 0 }
  const all = await countOf(from.database, 'failures')
  for (let after = ''; ; ) {
    const rows = await from.database
      .selectFrom('failures')
      .selectAll()
      .where('path', '>', after)
      .orderBy('path')
      .limit(ROWS_AT_ONCE)
      .execute()
    if (rows.length === 0) return counts
    after = rows.at(-1)!.path
    const requested: Insertable<Tables['failures']>[] = rows.map((row) => ({
      ...row,
      embedder_id: row.embedder_id === null ? null : (embedderIds.get(row.embedder_id) ?? null),
    }))
    const paths = to.dialect.texts(requested.map(({ path }) => path))
    const there = await to.database.selectFrom('failures').selectAll().where('path', 'in', paths).execute()
    const known = new Map(there.map((row) => [row.path, row]))
    const missing = requested.filter((row) => !isSame(row, known.get(row.path)))
    if (missing.length > 0) {
      const missingPaths = missing.map(({ path }) => path)
      const alsoSeen = await from.database
        .selectFrom('images')
        .select('path')
        .where('path', 'in', from.dialect.texts(missingPaths))
        .execute()
      const seen = new Set(alsoSeen.map(({ path }) => path))
      await to.database.transaction().execute(async (transaction) => {
        await transaction.deleteFrom('failures').where('path', 'in', to.dialect.texts(missingPaths)).execute()
        await transaction
          .deleteFrom('images')
          .where('path', 'in', to.dialect.texts(missingPaths.filter((path) => !seen.has(path))))
          .execute()
        await transaction.insertInto('failures').values(missing).execute()
      })
    }
    counts.rows += rows.length
    counts.present += rows.length - missing.length
    onProgress({ what: 'failures', done: counts.rows, all: Math.max(all, counts.rows) })
  }
}

async function copyVectors(
  { from, to, onProgress }: CopyOptions,
  embedderIds: ReadonlyMap<number, number>,
): Promise<CopyCounts> {
  const counts = { rows: 0, present: 0 }
  const all = await countOf(from.database, 'vectors')
  for (const [fromId, toId] of embedderIds) {
    for (let after = ''; ; ) {
      const hashes = await hashesAfter(from, fromId, after)
      if (hashes.length === 0) break
      after = hashes.at(-1)!
      const there = await to.database
        .selectFrom('vectors')
        .select('content_hash')
        .where('embedder_id', '=', toId)
        .where('content_hash', 'in', to.dialect.texts(hashes))
        .execute()
      const known = new Set(there.map((row) => row.content_hash))
      const missing = hashes.filter((hash) => !known.has(hash))
      if (missing.length > 0) {
        const rows = await from.database
          .selectFrom('vectors')
          .select(['content_hash', from.vectorData.as('data')])
          .where('embedder_id', '=', fromId)
          .where('content_hash', 'in', from.dialect.texts(missing))
          .execute()
        await to.database
          .insertInto('vectors')
          .values(
            rows.map(({ content_hash, data }) => ({
              embedder_id: toId,
              content_hash,
              data: to.fromFloat16Bytes(from.toFloat16Bytes(data)),
            })),
          )
          .onConflict((conflict) => conflict.columns(['content_hash', 'embedder_id']).doNothing())
          .execute()
      }
      counts.rows += hashes.length
      counts.present += hashes.length - missing.length
      onProgress({ what: 'vectors', done: counts.rows, all: Math.max(all, counts.rows) })
    }
  }
  return counts
}

/** In the order of an index that has them without the vectors. */
async function hashesAfter({ database }: TableAccess, embedderId: number, after: string): Promise<string[]> {
  const rows = await database
    .selectFrom('vectors')
    .select('content_hash')
    .where('embedder_id', '=', embedderId)
    .where('content_hash', '>', after)
    .orderBy('content_hash')
    .limit(ROWS_AT_ONCE)
    .execute()
  return rows.map((row) => row.content_hash)
}

async function copyMountPoints({ from, to }: CopyOptions): Promise<void> {
  const rows = await from.database.selectFrom('mount_points').selectAll().execute()
  if (rows.length === 0) return
  await to.database
    .insertInto('mount_points')
    .values(rows)
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

async function countOf(database: Kysely<Tables>, table: Copied): Promise<number> {
  const { n } = await database
    .selectFrom(table)
    .select((eb) => eb.fn.countAll<number>().as('n'))
    .executeTakeFirstOrThrow()
  return n
}

type Row = Selectable<Tables['images']> | Insertable<Tables['failures']>

function isSame(row: Row, known: Row | undefined): boolean {
  if (known === undefined) return false
  return Object.entries(row).every(([column, value]) => known[column as keyof Row] === value)
}
