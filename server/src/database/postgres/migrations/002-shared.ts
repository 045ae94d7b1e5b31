import { type Kysely, sql } from 'kysely'
import * as accounts from '../../account-migrations/001-accounts.ts'

const TEXT = sql`text collate "C"`

/** Creates what several servers share: events, the status of the watching process, searches, accounts, limits. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('events')
    .addColumn('id', 'bigint', (column) => column.primaryKey().generatedAlwaysAsIdentity())
    .addColumn('name', TEXT, (column) => column.notNull())
    .addColumn('data', 'text', (column) => column.notNull())
    .execute()

  await db.schema
    .createTable('watch')
    .addColumn('id', 'integer', (column) => column.primaryKey())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('told_at', 'timestamptz', (column) => column.notNull())
    .addColumn('folders_version', 'bigint', (column) => column.notNull())
    .execute()
  await db.schema
    .createTable('folders')
    .addColumn('directory', TEXT, (column) => column.primaryKey())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('modified_at', 'bigint', (column) => column.notNull())
    .execute()

  await db.schema
    .createTable('kept_queries')
    .addColumn('id', TEXT, (column) => column.primaryKey())
    .addColumn('kind', TEXT, (column) => column.notNull())
    .addColumn('sketch', 'text', (column) => column.notNull())
    .addColumn('picture', 'bytea', (column) => column.notNull())
    .addColumn('kept_at', 'timestamptz', (column) => column.notNull().defaultTo(sql`now()`))
    .execute()

  await db.schema
    .createTable('secrets')
    .addColumn('name', TEXT, (column) => column.primaryKey())
    .addColumn('value', TEXT, (column) => column.notNull())
    .execute()

  await accounts.up(db)
  // The columns that rate-limiter-flexible requires.
  await db.schema
    .createTable('rate_limits')
    .addColumn('key', 'varchar(255)', (column) => column.primaryKey())
    .addColumn('points', 'integer', (column) => column.notNull().defaultTo(0))
    .addColumn('expire', 'bigint')
    .execute()
}
