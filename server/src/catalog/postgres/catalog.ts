import type { PostgresDatabase } from '../../database/postgres/database.ts'
import { POSTGRES } from '../../database/postgres/dialect.ts'
import { withRetries } from '../../database/postgres/retries.ts'
import type { Catalog } from '../catalog.ts'
import { createSqlCatalog } from '../sql/sql-catalog.ts'
import { createPostgresVectors } from './vector-search.ts'

/**
 * The catalog on a PostgreSQL server with pgvector.
 * @param canWrite false for a visitor, who only searches
 */
export function openPostgresCatalog(
  { database, options }: PostgresDatabase,
  canWrite: boolean,
  log: { warn(message: string): void; info(message: string): void },
): Catalog {
  const tables = database.withTables()
  const vectors = createPostgresVectors(tables, { canWrite, hnsw: options.hnsw, log })
  const catalog = createSqlCatalog({
    database: tables,
    dialect: POSTGRES,
    vectors,
    close: () => vectors.close(),
  })
  return withRetries(catalog)
}
