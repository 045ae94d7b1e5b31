import { type Kysely, sql } from 'kysely'
import { ATTRIBUTE_COLUMNS, fillNameKeys } from '../../capture-columns.ts'

/** Adds what a file states about its picture, the natural order of names, and an index of months. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const [column, type] of ATTRIBUTE_COLUMNS)
    await db.schema.alterTable('images').addColumn(column, type).execute()
  await sql`alter table images add column taken_at integer
    generated always as (coalesce(captured_at, modified_at)) virtual`.execute(db)
  await sql`alter table images add column taken_month integer
    generated always as (cast(strftime('%Y%m', coalesce(captured_at, modified_at) / 1000.0, 'unixepoch') as integer)) virtual`.execute(
    db,
  )
  await sql`alter table images add column name_key text not null default ''`.execute(db)
  await fillNameKeys(db)
  await db.schema.dropIndex('images_by_folded_name').execute()
  await db.schema.createIndex('images_by_name_key').on('images').columns(['name_key', 'id']).execute()
  await db.schema.createIndex('images_by_taken_at').on('images').columns(['taken_at', 'id']).execute()
  await db.schema
    .createIndex('images_by_taken_month')
    .on('images')
    .columns(['taken_month', 'width', 'height'])
    .execute()
  await db.schema.createIndex('images_by_place').on('images').columns(['latitude', 'longitude']).execute()
}
