import type { PostgresDatabase } from '../../database/postgres/database.ts'
import { POSTGRES } from '../../database/postgres/dialect.ts'
import { retry } from '../../database/postgres/retries.ts'
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
    // Other servers share the database.
    isOnlyWriter: false,
    close: () => vectors.close(),
  })
  return {
    ...storesOver((store, method, args) => retry(() => callByName(catalog, store, method, args))),
    close: () => retry(() => catalog.close()),
  }
}
