import type { Kysely } from 'kysely'
import type { SqlDatabase } from '../../database/dialect.ts'
import type { Tables } from '../../database/schema.ts'
import { DomainError } from '../../errors.ts'
import type { FurtherSpace, KnownEmbedder, VectorSpace } from '../catalog.ts'
import { windowFingerprint } from '../spaces.ts'
import type { ActiveSpace } from './vector-backend.ts'

export async function listEmbedders(database: Kysely<Tables>): Promise<KnownEmbedder[]> {
  return database
    .selectFrom('embedders')
    .select((eb) => [
      'name as embedder',
      'fingerprint',
      'dimensions',
      eb
        .selectFrom('vectors')
        .innerJoin('images', 'images.content_hash', 'vectors.content_hash')
        .whereRef('vectors.embedder_id', '=', 'embedders.id')
        .select((count) => count.fn.countAll<number>().as('n'))
        .$asScalar()
        .$notNull()
        .as('images'),
    ])
    .where('space', '=', 'image')
    .orderBy('id')
    .execute()
}

/**
 * Deletes all models with a name except one, with their vectors and failures.
 * @returns the number of deleted vectors and the ids of the models
 */
export async function deleteEmbedders(
  { database, dialect }: SqlDatabase<Kysely<Tables>>,
  name: string,
  keptFingerprint: string | undefined,
): Promise<{ vectors: number; ids: number[] }> {
  const versions = await database
    .selectFrom('embedders')
    .select(['id', 'fingerprint'])
    .where('name', '=', name)
    .where('space', '=', 'image')
    .execute()
  const deleted = versions.filter(({ fingerprint }) => fingerprint !== keptFingerprint)
  const fingerprints = deleted.map(({ fingerprint }) => windowFingerprint(name, fingerprint))
  const windows = await windowSpaces(database, fingerprints)
  const ids = [...deleted, ...windows].map(({ id }) => id)
  const vectors = await database.transaction().execute(async (transaction) => {
    const { numDeletedRows } = await transaction
      .deleteFrom('vectors')
      .where('embedder_id', 'in', dialect.numbers(ids))
      .executeTakeFirstOrThrow()
    await transaction.deleteFrom('failures').where('embedder_id', 'in', dialect.numbers(ids)).execute()
    await transaction.deleteFrom('embedders').where('id', 'in', dialect.numbers(ids)).execute()
    return Number(numDeletedRows)
  })
  return { vectors, ids }
}

/** Windows depend on their embedder, unlike colours. */
async function windowSpaces(
  database: Kysely<Tables>,
  fingerprints: readonly string[],
): Promise<{ id: number }[]> {
  if (fingerprints.length === 0) return []
  return database
    .selectFrom('embedders')
    .select('id')
    .where('space', '=', 'windows')
    .where('fingerprint', 'in', fingerprints)
    .execute()
}

/** Returns the embedder that was active before this one, if images have vectors from it. */
export async function previousSpace(
  database: Kysely<Tables>,
  embedderId: number,
): Promise<VectorSpace | undefined> {
  return database
    .selectFrom('embedders')
    .select(['name as embedder', 'fingerprint', 'dimensions'])
    .where('id', '!=', embedderId)
    .where('space', '=', 'image')
    .where((eb) =>
      eb.exists(
        eb.selectFrom('vectors').select('vectors.id').whereRef('vectors.embedder_id', '=', 'embedders.id'),
      ),
    )
    .orderBy('chosen_at', 'desc')
    .limit(1)
    .executeTakeFirst()
}

/** @throws {DomainError} `unavailable` if the catalog has no such embedder */
export async function findSpace(
  database: Kysely<Tables>,
  { embedder, fingerprint, dimensions }: VectorSpace,
): Promise<ActiveSpace> {
  const row = await database
    .selectFrom('embedders')
    .select('id')
    .where('name', '=', embedder)
    .where('fingerprint', '=', fingerprint)
    .where('dimensions', '=', dimensions)
    .where('space', '=', 'image')
    .executeTakeFirst()
  if (row === undefined) throw new DomainError('unavailable', `There are no vectors of "${embedder}".`)
  return { embedder, fingerprint, dimensions, embedderId: row.id, further: {} }
}

export interface RegisteredSpaces extends Pick<ActiveSpace, 'further'> {
  id: number
  dropped: number | undefined
}

/** Finds the rows of further spaces. They have the name of the space. */
export async function findFurther(
  database: Kysely<Tables>,
  spaces: readonly FurtherSpace[],
): Promise<ActiveSpace['further']> {
  const found: [string, { embedderId: number; dimensions: number }][] = []
  for (const { space, fingerprint, dimensions } of spaces) {
    const row = await database
      .selectFrom('embedders')
      .select('id')
      .where('space', '=', space)
      .where('fingerprint', '=', fingerprint)
      .executeTakeFirst()
    if (row !== undefined) found.push([space, { embedderId: row.id, dimensions }])
  }
  return Object.fromEntries(found)
}

async function registerFurther(
  transaction: Kysely<Tables>,
  spaces: readonly FurtherSpace[],
): Promise<ActiveSpace['further']> {
  const known = await findFurther(transaction, spaces)
  const missing = spaces.filter(({ space }) => known[space] === undefined)
  if (missing.length === 0) return known
  const rows = missing.map(({ space, fingerprint, dimensions }) => ({
    name: space,
    space,
    fingerprint,
    dimensions,
    chosen_at: Date.now(),
  }))
  await transaction.insertInto('embedders').values(rows).execute()
  return findFurther(transaction, spaces)
}

/**
 * Finds or inserts a model by its name and fingerprint. If its dimensions have changed nevertheless, its old vectors are
 * useless and deleted.
 * @param canWrite records the time at which the embedder was chosen; otherwise nothing is written if all spaces are known
 * @returns its id, and that of the version whose vectors were deleted; the further spaces
 */
export async function registerEmbedder(
  database: Kysely<Tables>,
  { embedder: name, fingerprint, dimensions, further = [] }: VectorSpace,
  canWrite: boolean,
): Promise<RegisteredSpaces> {
  const registered = canWrite
    ? undefined
    : await findRegistered(database, { embedder: name, fingerprint, dimensions, further })
  if (registered !== undefined) return registered
  return database.transaction().execute(async (transaction) => {
    const stored = await registerFurther(transaction, further)
    const versions = await transaction
      .selectFrom('embedders')
      .selectAll()
      .where('name', '=', name)
      .where('space', '=', 'image')
      .execute()
    // Rows from before fingerprints existed have an empty one and count as the current model with this name.
    const known =
      versions.find((row) => row.fingerprint === fingerprint) ??
      versions.find((row) => row.fingerprint === '')
    if (known?.dimensions === dimensions) {
      const chosen = canWrite ? { chosen_at: Date.now() } : {}
      await transaction
        .updateTable('embedders')
        .set({ fingerprint, ...chosen })
        .where('id', '=', known.id)
        .execute()
      return { id: known.id, dropped: undefined, further: stored }
    }
    if (known !== undefined) {
      const windows = await windowSpaces(transaction, [windowFingerprint(name, known.fingerprint)])
      for (const { id } of [known, ...windows])
        await transaction.deleteFrom('vectors').where('embedder_id', '=', id).execute()
      await transaction.deleteFrom('embedders').where('id', '=', known.id).execute()
    }
    const { id } = await transaction
      .insertInto('embedders')
      .values({ name, fingerprint, dimensions, chosen_at: Date.now() })
      .returning('id')
      .executeTakeFirstOrThrow()
    return { id, dropped: known?.id, further: stored }
  })
}

async function findRegistered(
  database: Kysely<Tables>,
  space: VectorSpace,
): Promise<RegisteredSpaces | undefined> {
  const { further = [] } = space
  const known = await findSpace(database, space).catch((error) => {
    if (!(error instanceof DomainError)) throw error
  })
  const found = await findFurther(database, further)
  if (known === undefined || further.some((one) => found[one.space] === undefined)) return undefined
  return { id: known.embedderId, dropped: undefined, further: found }
}
