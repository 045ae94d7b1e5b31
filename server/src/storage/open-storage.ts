import { join } from 'node:path'
import type { Accounts } from '../accounts/accounts.ts'
import type { Catalog } from '../catalog/catalog.ts'
import { directReads, type Reads } from '../catalog/reads.ts'
import type { TableAccess } from '../catalog/sql/table-access.ts'
import { openSqliteCatalogThread } from '../catalog/sqlite/client.ts'
import type { EventTable } from '../cluster/tables/event-table.ts'
import type { WatchTable } from '../cluster/tables/watch-table.ts'
import type { clientConfig, PostgresOptions } from '../database/postgres/connection.ts'
import type { PostgresSession, PostgresSessionOptions } from '../database/postgres/session.ts'
import { openSavedQueryFiles } from '../saved-queries/files.ts'
import type { SavedQueries } from '../saved-queries/saved-queries.ts'

export interface StorageOptions {
  /** A PostgreSQL server; undefined: the embedded database. */
  database: PostgresOptions | undefined
  /** Of the embedded database and its index. */
  directory: string
  /** False for a visitor, who searches while another process owns the directory. */
  canWrite: boolean
  log: { warn(message: string): void; info(message: string): void }
}

/** All that is kept, in the database that is configured. */
export interface Storage {
  readonly catalog: Catalog
  /** For what is shown to people. */
  readonly reads: Reads
  readonly queries: SavedQueries
  /** undefined where one process has the database to itself. */
  readonly shared: ClusterStorage | undefined
  openAccounts(): Promise<Accounts>
  close(): Promise<void>
}

/** What processes on one database share besides the catalog. */
export interface ClusterStorage {
  readonly events: EventTable
  readonly watch: WatchTable
  /** A key that is made once. */
  key(name: string): Promise<string>
  openSession(options: Omit<PostgresSessionOptions, 'server'>): PostgresSession
  /** For a library with connections of its own. */
  connection(): ReturnType<typeof clientConfig>
}

/**
 * Opens the database that is configured.
 * @throws {DomainError} `unavailable` with what would help
 */
export async function openStorage({ database, directory, canWrite, log }: StorageOptions): Promise<Storage> {
  if (database !== undefined) return (await postgres()).openPostgresStorage(database, canWrite, log)
  const catalog = openSqliteCatalogThread({ directory, savesIndex: canWrite })
  return {
    catalog,
    reads: directReads(catalog),
    queries: openSavedQueryFiles(join(directory, 'queries')),
    shared: undefined,
    openAccounts: () => sqliteAccounts(directory),
    close: () => catalog.close(),
  }
}

/** Just the accounts. */
export async function openAccounts({
  database,
  directory,
  log,
}: Pick<StorageOptions, 'database' | 'directory'> & {
  log: { warn(message: string): void }
}): Promise<Accounts> {
  if (database === undefined) return sqliteAccounts(directory)
  return (await postgres()).openPostgresAccountsOnly(database, log)
}

/** The tables as they are. */
export async function openTables(
  database: PostgresOptions | undefined,
  directory: string,
  log: { warn(message: string): void },
): Promise<TableAccess> {
  if (database === undefined)
    return (await import('../catalog/sqlite/table-access.ts')).openSqliteTables(directory)
  return (await postgres()).openPostgresTables(database, log)
}

/**
 * Keeps every process from watching a folder for this database.
 * @returns what lets go
 * @throws {DomainError} `unavailable` if one does
 */
export async function lockLeadership(database: PostgresOptions): Promise<() => Promise<void>> {
  return (await postgres()).lockLeadership(database)
}

/** Loaded only where it is needed: its libraries would make each start longer. */
function postgres() {
  return import('./postgres.ts')
}

async function sqliteAccounts(directory: string): Promise<Accounts> {
  const { openSqliteAccounts } = await import('../accounts/sqlite.ts')
  return openSqliteAccounts(directory)
}
