import { type Kysely, sql } from 'kysely'
import { naturalKey } from '../gallery/natural-order.ts'

/** Columns that the migration of capture dates adds, with their types in SQLite. */
export const ATTRIBUTE_COLUMNS = [
  ['captured_at', 'integer'],
  ['captured_offset', 'integer'],
  ['camera', 'text'],
  ['lens', 'text'],
  ['exposure_time', 'real'],
  ['f_number', 'real'],
  ['iso', 'real'],
  ['focal_length', 'real'],
  ['orientation', 'integer'],
  ['latitude', 'real'],
  ['longitude', 'real'],
  ['title', 'text'],
  ['caption', 'text'],
  ['keywords', 'text'],
  ['rating', 'integer'],
  ['search_text', 'text'],
] as const

const ROWS_PER_STATEMENT = 1_000

/** Fills `name_key`, which SQL can't compute, in the rows that exist. */
export async function fillNameKeys(db: Kysely<unknown>): Promise<void> {
  const images = db.withTables<{ images: { id: string; name: string; name_key: string } }>()
  for (let after = ''; ; ) {
    const rows = await images
      .selectFrom('images')
      .select(['id', 'name'])
      .where('id', '>', after)
      .orderBy('id')
      .limit(ROWS_PER_STATEMENT)
      .execute()
    if (rows.length === 0) return
    const keys = sql.join(rows.map(({ id, name }) => sql`(${id}, ${naturalKey(name)})`))
    await sql`with keys (id, name_key) as (values ${keys})
      update images set name_key = keys.name_key from keys where images.id = keys.id`.execute(db)
    after = rows.at(-1)!.id
  }
}

/** Indexes of orders, made total by the id; of months, with all that the timeline reads; and of places. */
export async function createCaptureIndexes(db: Kysely<unknown>): Promise<void> {
  await db.schema.dropIndex('images_by_folded_name').execute()
  const indexes = {
    name_key: ['name_key', 'id'],
    taken_at: ['taken_at', 'id'],
    taken_month: ['taken_month', 'width', 'height'],
    place: ['latitude', 'longitude'],
  }
  for (const [name, columns] of Object.entries(indexes))
    await db.schema.createIndex(`images_by_${name}`).on('images').columns(columns).execute()
}
