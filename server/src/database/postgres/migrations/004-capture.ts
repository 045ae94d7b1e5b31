import { type Kysely, sql } from 'kysely'
import { ATTRIBUTE_COLUMNS, fillNameKeys } from '../../capture-columns.ts'

const TYPES = { integer: sql`bigint`, real: sql`double precision`, text: sql`text collate "C"` }

/** Adds what a file states about its picture, the natural order of names, and an index of months. */
export async function up(db: Kysely<unknown>): Promise<void> {
  let table = db.schema
    .alterTable('images')
    .addColumn('name_key', TYPES.text, (column) => column.notNull().defaultTo(''))
  for (const [column, type] of ATTRIBUTE_COLUMNS) table = table.addColumn(column, TYPES[type])
  await table.execute()
  const takenAt = sql`coalesce(captured_at, modified_at)`
  const date = sql`to_timestamp(${takenAt} / 1000.0) at time zone 'UTC'`
  await sql`alter table images
    add column taken_at bigint generated always as (${takenAt}) stored,
    add column taken_month integer
      generated always as ((extract(year from ${date}) * 100 + extract(month from ${date}))::integer) stored`.execute(
    db,
  )
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
