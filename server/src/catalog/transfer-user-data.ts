import type { Tables } from '../database/schema.ts'
import { starsOf } from './contract/collections.ts'
import type { TableAccess } from './sql/table-access.ts'

export interface UserDataCounts {
  /** Sets of images and saved searches. */
  collections: number
  /** Images in collections, and stars. */
  members: number
  trash: number
}

const ROWS_PER_SECTION = 500

/**
 * Copies collections with their images, stars, and deleted images that can be restored. Collections of the same id are updated; nothing
 * is removed from them.
 */
export async function copyUserData({
  from,
  to,
  ownerIds,
}: {
  from: TableAccess
  to: TableAccess
  /** Ids of owners that are other ones in the target, by those in the source. */
  ownerIds: ReadonlyMap<string, string>
}): Promise<UserDataCounts> {
  const rows = await from.database.selectFrom('collections').selectAll().execute()
  let members = 0
  for (const { id: sourceId, owner_id: sourceOwner, ...values } of rows) {
    const owner_id = ownerIds.get(sourceOwner) ?? sourceOwner
    const id = values.kind === 'stars' ? starsOf(owner_id) : sourceId
    await to.database
      .insertInto('collections')
      .values({ id, owner_id, ...values })
      .onConflict((conflict) => conflict.column('id').doUpdateSet({ owner_id, ...values }))
      .execute()
    members += await copyMembers({ from, sourceId, to, id })
  }
  return {
    collections: rows.filter(({ kind }) => kind !== 'stars').length,
    members,
    trash: await copyTrash(from, to),
  }
}

async function copyMembers({
  from,
  sourceId,
  to,
  id,
}: {
  from: TableAccess
  sourceId: string
  to: TableAccess
  id: string
}): Promise<number> {
  for (let after = '', count = 0; ; ) {
    const rows = await from.database
      .selectFrom('collection_images')
      .selectAll()
      .where('collection_id', '=', sourceId)
      .where('image_id', '>', after)
      .orderBy('image_id')
      .limit(ROWS_PER_SECTION)
      .execute()
    if (rows.length === 0) return count
    await insertMissing(
      to,
      'collection_images',
      rows.map((row) => ({ ...row, collection_id: id })),
    )
    count += rows.length
    after = rows.at(-1)!.image_id
  }
}

async function copyTrash(from: TableAccess, to: TableAccess): Promise<number> {
  for (let after = '', count = 0; ; ) {
    const rows = await from.database
      .selectFrom('trash')
      .selectAll()
      .where('id', '>', after)
      .orderBy('id')
      .limit(ROWS_PER_SECTION)
      .execute()
    if (rows.length === 0) return count
    await insertMissing(to, 'trash', rows)
    count += rows.length
    after = rows.at(-1)!.id
  }
}

async function insertMissing<T extends 'collection_images' | 'trash'>(
  to: TableAccess,
  table: T,
  rows: Tables[T][],
): Promise<void> {
  await to.database
    .insertInto<'collection_images' | 'trash'>(table)
    .values(rows)
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}
