import { join } from 'node:path'
import type { Accounts } from '../accounts/accounts.ts'
import { directReads } from '../catalog/reads.ts'
import type { TableAccess } from '../catalog/sql/table-access.ts'
import { openSqliteCatalogThread } from '../catalog/sqlite/client.ts'
import type { PostgresOptions } from '../database/postgres/connection.ts'
import type { Log } from '../log.ts'
import { openSavedQueryFiles } from '../saved-queries/files.ts'
import type { SavedQueries } from '../saved-queries/saved-queries.ts'
import type { Storage, StorageOptions } from './storage.ts'

export type { ClusterStorage, Storage, StorageOptions } from './storage.ts'

/**
 * Opens the configured database.
 * @throws {DomainError} `unavailable` with advice
 */
export async function openStorage({
  database,
  directory,
  canWrite,
  log,
  startThread,
}: StorageOptions): Promise<Storage> {
  if (database !== undefined) return (await postgres()).openPostgresStorage(database, canWrite, log)
  const catalog = openSqliteCatalogThread({ directory, savesIndex: canWrite }, startThread)
  return {
    catalog,
    reads: directReads(catalog),
    queries: openSavedQueryFiles(join(directory, 'queries')),
    shared: undefined,
    openAccounts: () => sqliteAccounts(directory),
    close: () => catalog.close(),
  }
}

type PartOptions = Pick<StorageOptions, 'database' | 'directory'> & { log: Pick<Log, 'warn'> }

/** Opens only the accounts. */
export async function openAccounts({ database, directory, log }: PartOptions): Promise<Accounts> {
  if (database === undefined) return sqliteAccounts(directory)
  return (await postgres()).openPostgresAccountsOnly(database, log)
}

/** Opens only the saved queries. */
export async function openSavedQueries({
  database,
  directory,
  log,
}: PartOptions): Promise<SavedQueries & { close(): Promise<void> }> {
  if (database === undefined)
    return { ...openSavedQueryFiles(join(directory, 'queries')), close: async () => {} }
  return (await postgres()).openPostgresSavedQueriesOnly(database, log)
}

/** Opens the tables of the catalog for copying. */
export async function openTables(
  database: PostgresOptions | undefined,
  directory: string,
  log: Pick<Log, 'warn'>,
): Promise<TableAccess> {
  if (database === undefined)
    return (await import('../catalog/sqlite/table-access.ts')).openSqliteTables(directory)
  return (await postgres()).openPostgresTables(database, log)
}

/**
 * Prevents every process from watching a folder for this database.
 * @returns a function that releases the lock
 * @throws {DomainError} `unavailable` if a process holds it
 */
export async function lockLeadership(database: PostgresOptions): Promise<() => Promise<void>> {
  return (await postgres()).lockLeadership(database)
}

/** Loaded on demand, because its libraries delay the start. */
function postgres() {
  return import('./postgres.ts')
}

async function sqliteAccounts(directory: string): Promise<Accounts> {
  const { openSqliteAccounts } = await import('../accounts/sqlite.ts')
  return openSqliteAccounts(directory)
}
