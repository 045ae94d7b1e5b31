import type { Kysely } from 'kysely'
import type { SqlDatabase } from '../../database/dialect.ts'
import type { KnownEmbedder, VectorSpace } from '../catalog.ts'
import type { Tables } from '../schema.ts'

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
 * Forgets the vectors of all models of a name, except one.
 * @returns how many, and the ids of the models
 */
export async function forgetEmbedders(
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

/** The embedder that was chosen before this one, if an image has a vector of it. */
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
 * A model is known by its name and fingerprint. If its dimensions have changed all the same, its old vectors are useless.
 * @param canWrite whether this is written down as the choice of the embedder
 * @returns its id, and that of the version whose vectors were dropped
 */
export async function registerEmbedder(
  database: Kysely<Tables>,
  { embedder: name, fingerprint, dimensions }: VectorSpace,
  canWrite: boolean,
): Promise<{ id: number; dropped: number | undefined }> {
  return database.transaction().execute(async (transaction) => {
    const versions = await transaction.selectFrom('embedders').selectAll().where('name', '=', name).execute()
    // Versions before fingerprints were kept have an empty one: they are taken for what bears the name now.
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
