import { sql } from 'kysely'
import type { Connection } from '../../database/dialect.ts'
import { versionOf } from '../attributes.ts'
import type { AttributesUpdate, ImageFileVersion, OutdatedCursor, OutdatedImage } from '../catalog.ts'
import { changeImages, type SqlContext } from './context.ts'
import { FoldLevels } from './fold-levels.ts'
import { insertFurther } from './further-vectors.ts'
import { attributeColumns, attributeValues, takenColumns } from './image-rows.ts'

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
    bytes: row.bytes,
    modifiedAt: row.modified_at,
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
): Promise<ImageFileVersion[]> {
  const { attributes } = context
  const version = { attributes_version: versionOf(attributes) }
  // Filters may select by attributes.
  return changeImages(context, async (transaction) => {
    // Vectors first: another transaction that stores the same ones may wait for this one to change images.
    await insertFurther(context, transaction, updates)
    const folds = await FoldLevels.begin({ database: transaction, dialect: context.dialect })
    const changed = await transaction
      .selectFrom('images')
      .select(['id', 'path', 'bytes', 'modified_at', 'content_hash', 'sidecar'])
      .where('content_hash', 'in', context.dialect.texts(updates.map(({ contentHash }) => contentHash)))
      .execute()
    const ids = changed.map(({ id }) => id)
    await folds.before(ids)
    for (const { contentHash, attributes: values } of updates) {
      const columns = values === undefined ? {} : { ...attributeColumns(attributes, values), sidecar: null }
      await transaction
        .updateTable('images')
        .set({ ...columns, ...version })
        .where('content_hash', '=', contentHash)
        .execute()
      await setTaken(transaction, contentHash)
    }
    await folds.after(ids)
    const replaced = new Set(updates.filter((update) => update.attributes !== undefined).map(hashOf))
    return changed
      .filter((row) => row.sidecar !== null && replaced.has(row.content_hash))
      .map(({ path, bytes, modified_at }) => ({ path, bytes, modifiedAt: modified_at }))
  })
}

const hashOf = ({ contentHash }: AttributesUpdate) => contentHash

/** Copies that were taken at an unknown time may have been modified at different times. */
async function setTaken(transaction: Connection, contentHash: string): Promise<void> {
  const images = await transaction
    .selectFrom('images')
    .select(['id', 'captured_at', 'modified_at', 'taken_at'])
    .where('content_hash', '=', contentHash)
    .execute()
  for (const { id, captured_at: capturedAt, modified_at: modifiedAt, taken_at: takenAt } of images) {
    const columns = takenColumns(capturedAt, modifiedAt)
    if (takenAt !== columns.taken_at)
      await transaction.updateTable('images').set(columns).where('id', '=', id).execute()
  }
}
