import { sql } from 'kysely'
import { versionOf } from '../attributes.ts'
import type { AttributesUpdate, OutdatedCursor, OutdatedImage } from '../catalog.ts'
import { insertColours } from './colours.ts'
import type { SqlContext } from './context.ts'
import { attributeColumns, attributeValues } from './image-rows.ts'

/** Images whose attributes were read by an earlier version, in the order of the index on version and id. */
export async function outdatedImages(
  { database, attributes }: SqlContext,
  after: OutdatedCursor | undefined,
  limit: number,
): Promise<OutdatedImage[]> {
  const rows = await database
    .selectFrom('images')
    .selectAll('images')
    .where('attributes_version', '<', versionOf(attributes))
    .$if(after !== undefined, (query) =>
      query.where(sql<boolean>`(attributes_version, id) > (${after!.attributesVersion}, ${after!.id})`),
    )
    .orderBy('attributes_version')
    .orderBy('id')
    .limit(limit)
    .execute()
  return rows.map((row) => ({
    id: row.id,
    path: row.path,
    contentHash: row.content_hash,
    attributes: attributeValues(attributes, row),
    attributesVersion: row.attributes_version,
  }))
}

export async function countOutdated({ database, attributes }: SqlContext): Promise<number> {
  const { count } = await database
    .selectFrom('images')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('attributes_version', '<', versionOf(attributes))
    .executeTakeFirstOrThrow()
  return count
}

export async function setAttributes(
  context: SqlContext,
  updates: readonly AttributesUpdate[],
): Promise<void> {
  const { database, attributes, vectors } = context
  // Filters may select by attributes.
  vectors.changed()
  const version = { attributes_version: versionOf(attributes) }
  await database.transaction().execute(async (transaction) => {
    for (const { contentHash, attributes: values } of updates)
      await transaction
        .updateTable('images')
        .set(values === undefined ? version : { ...attributeColumns(attributes, values), ...version })
        .where('content_hash', '=', contentHash)
        .execute()
    await insertColours(context, transaction, updates)
  })
}
