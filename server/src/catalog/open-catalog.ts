import type { Catalog } from './catalog.ts'
import type { PostgresOptions } from './postgres/database.ts'
import { openPostgresCatalog } from './postgres/open.ts'
import { openSqliteCatalogThread } from './sqlite/open.ts'

export interface CatalogOptions {
  /** A PostgreSQL server; undefined: the embedded database. */
  database: PostgresOptions | undefined
  /** Of the embedded database and its index. */
  directory: string
  /** False for a visitor, who searches while another process owns the directory. */
  isOwner: boolean
  log: { warn(message: string): void; info(message: string): void }
}

/**
 * Opens the catalog in the database that is configured.
 * @throws {DomainError} `unavailable` with what would help
 */
export async function openCatalog({ database, directory, isOwner, log }: CatalogOptions): Promise<Catalog> {
  if (database !== undefined) return openPostgresCatalog(database, isOwner, log)
  return openSqliteCatalogThread({ directory, savesIndex: isOwner })
}
