import { type Kysely, sql } from 'kysely'
import { ATTRIBUTE_COLUMNS, createCaptureIndexes, fillNameKeys } from '../../capture-columns.ts'

const TYPES = { integer: sql`bigint`, real: sql`double precision`, text: sql`text collate "C"` }

/** Adds what a file states about its picture, the natural order of names, and an index of months. */
export async function up(db: Kysely<unknown>): Promise<void> {
  let table = db.schema
    .alterTable('images')
    .addColumn('taken_at', 'bigint', (column) => column.notNull().defaultTo(0))
    .addColumn('taken_month', 'integer', (column) => column.notNull().defaultTo(0))
    .addColumn('name_key', TYPES.text, (column) => column.notNull().defaultTo(''))
  for (const [column, type] of ATTRIBUTE_COLUMNS) table = table.addColumn(column, TYPES[type])
  await table.execute()
  const date = sql`to_timestamp(modified_at / 1000.0) at time zone 'UTC'`
  await sql`update images set taken_at = modified_at,
    taken_month = extract(year from ${date}) * 100 + extract(month from ${date})`.execute(db)
  await fillNameKeys(db)
  await createCaptureIndexes(db)
}
