import type { PostgresDatabase } from '../../database/postgres/database.ts'
import { POSTGRES } from '../../database/postgres/dialect.ts'
import { withAvailability } from '../../database/postgres/retries.ts'
import type { Catalog } from '../catalog.ts'
import { createSqlCatalog } from '../sql/sql-catalog.ts'
import { createPostgresVectors } from './vector-search.ts'

/**
 * The catalog on a PostgreSQL server with pgvector.
 * @param isOwner false for a visitor, who only searches
 */
export function openPostgresCatalog(
  { database, options }: PostgresDatabase,
  isOwner: boolean,
  log: { warn(message: string): void; info(message: string): void },
): Catalog {
  const tables = database.withTables()
  const vectors = createPostgresVectors(tables, { isOwner, hnsw: options.hnsw, log })
  const catalog = createSqlCatalog({
    database: tables,
    dialect: POSTGRES,
    vectors,
    close: () => vectors.close(),
  })
  return withAvailability(catalog)
}
