import { type Kysely, sql } from 'kysely'
import type { KnownEmbedder } from '../catalog.ts'
import type { Tables } from '../schema.ts'
import { inList } from './images.ts'
import { removeIndexFile } from './space.ts'

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

export async function pruneEmbedder(
  database: Kysely<Tables>,
  directory: string,
  name: string,
  keptFingerprint: string | undefined,
): Promise<number> {
  const versions = await database
    .selectFrom('embedders')
    .select(['id', 'fingerprint'])
    .where('name', '=', name)
    .execute()
  const ids = versions.filter(({ fingerprint }) => fingerprint !== keptFingerprint).map(({ id }) => id)
  const vectors = await database.transaction().execute(async (transaction) => {
    const { numDeletedRows } = await transaction
      .deleteFrom('vectors')
      .where('embedder_id', 'in', inList(ids))
      .executeTakeFirstOrThrow()
    await transaction.deleteFrom('failures').where('embedder_id', 'in', inList(ids)).execute()
    await transaction.deleteFrom('embedders').where('id', 'in', inList(ids)).execute()
    return Number(numDeletedRows)
  })
  for (const id of ids) removeIndexFile(directory, id)
  await sql`vacuum`.execute(database)
  await sql`pragma wal_checkpoint(truncate)`.execute(database)
  return vectors
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
