import { type Kysely, sql } from 'kysely'
import { ATTRIBUTE_COLUMNS, createCaptureIndexes, fillNameKeys } from '../../capture-columns.ts'

/** Adds what a file states about its picture, the natural order of names, and an index of months. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const [column, type] of ATTRIBUTE_COLUMNS)
    await db.schema.alterTable('images').addColumn(column, type).execute()
  for (const [column, type] of [
    ['taken_at', 'integer'],
    ['taken_month', 'integer'],
    ['name_key', 'text'],
  ] as const)
    await db.schema
      .alterTable('images')
      .addColumn(column, type, (one) => one.notNull().defaultTo(type === 'text' ? '' : 0))
      .execute()
  await sql`update images set taken_at = modified_at,
    taken_month = cast(strftime('%Y%m', modified_at / 1000.0, 'unixepoch') as integer)`.execute(db)
  await fillNameKeys(db)
  await createCaptureIndexes(db)
}
