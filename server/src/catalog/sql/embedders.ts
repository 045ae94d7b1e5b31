import type { Kysely } from 'kysely'
import type { SqlDatabase } from '../../database/dialect.ts'
import type { Tables } from '../../database/schema.ts'
import type { KnownEmbedder, VectorSpace } from '../catalog.ts'

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
    .execute()
  const ids = versions.filter(({ fingerprint }) => fingerprint !== keptFingerprint).map(({ id }) => id)
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

/** Returns the embedder that was active before this one, if images have vectors from it. */
export async function previousEmbedder(
  database: Kysely<Tables>,
  embedderId: number,
): Promise<string | undefined> {
  const others = await database
    .selectFrom('embedders')
    .select('name')
    .where('id', '!=', embedderId)
    .where((eb) =>
      eb.exists(
        eb.selectFrom('vectors').select('vectors.id').whereRef('vectors.embedder_id', '=', 'embedders.id'),
      ),
    )
    .orderBy('chosen_at', 'desc')
    .limit(1)
    .execute()
  return others[0]?.name
}

/**
 * Finds or inserts a model by its name and fingerprint. If its dimensions have changed nevertheless, its old vectors are
 * useless and deleted.
 * @param canWrite records the time at which the embedder was chosen
 * @returns its id, and that of the version whose vectors were deleted
 */
export async function registerEmbedder(
  database: Kysely<Tables>,
  { embedder: name, fingerprint, dimensions }: VectorSpace,
  canWrite: boolean,
): Promise<{ id: number; dropped: number | undefined }> {
  return database.transaction().execute(async (transaction) => {
    const versions = await transaction.selectFrom('embedders').selectAll().where('name', '=', name).execute()
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
      return { id: known.id, dropped: undefined }
    }
    if (known !== undefined) {
      await transaction.deleteFrom('vectors').where('embedder_id', '=', known.id).execute()
      await transaction.deleteFrom('embedders').where('id', '=', known.id).execute()
    }
    const { id } = await transaction
      .insertInto('embedders')
      .values({ name, fingerprint, dimensions, chosen_at: Date.now() })
      .returning('id')
      .executeTakeFirstOrThrow()
    return { id, dropped: known?.id }
  })
}
