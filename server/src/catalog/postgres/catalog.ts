import type { Kysely } from 'kysely'
import type { PostgresDatabase } from '../../database/postgres/database.ts'
import { POSTGRES } from '../../database/postgres/dialect.ts'
import { retry } from '../../database/postgres/retries.ts'
import type { Tables } from '../../database/schema.ts'
import type { Catalog } from '../catalog.ts'
import { createSqlCatalog } from '../sql/catalog.ts'
import { callByName, storesOver } from '../stores.ts'
import { tableOf } from './vector-tables.ts'
import { createPostgresVectors, type PostgresVectorsOptions } from './vectors.ts'

/** Creates the catalog on a PostgreSQL server with pgvector. Closing it leaves the database open. */
export function createPostgresCatalog(
  opened: PostgresDatabase,
  vectorOptions: Omit<PostgresVectorsOptions, 'hnsw' | 'table'>,
): Catalog {
  const { options } = opened
  const tables = opened.database.withTables()
  const vectors = createPostgresVectors(tables, {
    ...vectorOptions,
    hnsw: options.hnsw,
    table: tableOf(opened),
  })
  const catalog = createSqlCatalog({
    database: tables,
    dialect: POSTGRES,
    vectors,
    readVersion: () => versionOf(tables),
    close: () => vectors.close(),
  })
  return {
    ...storesOver((store, method, args) => retry(() => callByName(catalog, store, method, args))),
    close: () => retry(() => catalog.close()),
  }
}

/** Other servers share the database, so that the version of its images is there. */
async function versionOf(database: Kysely<Tables>): Promise<string> {
  const rows = await database.selectFrom('image_changes').select('version').orderBy('name').execute()
  return rows.map(({ version }) => version).join(' ')
}
