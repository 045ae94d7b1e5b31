import { join } from 'node:path'
import type { Accounts } from '../accounts/accounts.ts'
import type { Catalog } from '../catalog/catalog.ts'
import { directReads, type Reads } from '../catalog/reads.ts'
import type { RawCatalog } from '../catalog/sql/table-access.ts'
import { openSqliteCatalogThread } from '../catalog/sqlite/client.ts'
import type { EventTable } from '../cluster/tables/event-table.ts'
import type { WatchTable } from '../cluster/tables/watch-table.ts'
import type { clientConfig, PostgresOptions } from '../database/postgres/connection.ts'
import type { PostgresSession, PostgresSessionOptions } from '../database/postgres/session.ts'
import { openKeptQueries } from '../saved-queries/files.ts'
import type { KeptQueries } from '../saved-queries/saved-queries.ts'

export interface StorageOptions {
  /** A PostgreSQL server; undefined: the embedded database. */
  database: PostgresOptions | undefined
  /** Of the embedded database and its index. */
  directory: string
  /** False for a visitor, who searches while another process owns the directory. */
  isOwner: boolean
  log: { warn(message: string): void; info(message: string): void }
}

/** All that is kept, in the database that is configured. */
export interface Storage {
  readonly catalog: Catalog
  /** For what is shown to people. */
  readonly reads: Reads
  readonly queries: KeptQueries
  /** undefined where one process has the database to itself. */
  readonly shared: SharedStorage | undefined
  openAccounts(): Promise<Accounts>
  close(): Promise<void>
}

/** What processes on one database share besides the catalog. */
export interface SharedStorage {
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
export async function openStorage({ database, directory, isOwner, log }: StorageOptions): Promise<Storage> {
  if (database !== undefined) return (await postgres()).openPostgresStorage(database, isOwner, log)
  const catalog = openSqliteCatalogThread({ directory, savesIndex: isOwner })
  return {
    catalog,
    reads: directReads(catalog),
    queries: openKeptQueries(join(directory, 'queries')),
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
  return (await postgres()).openAccountsAlone(database, log)
}

/** The tables as they are. */
export async function openRaw(
  database: PostgresOptions | undefined,
  directory: string,
  log: { warn(message: string): void },
): Promise<RawCatalog> {
  if (database === undefined)
    return (await import('../catalog/sqlite/table-access.ts')).openSqliteRaw(directory)
  return (await postgres()).openRawTables(database, log)
}

/**
 * Keeps every process from watching a folder for this database.
 * @returns what lets go
 * @throws {DomainError} `unavailable` if one does
 */
export async function lockWatch(database: PostgresOptions): Promise<() => Promise<void>> {
  return (await postgres()).lockWatch(database)
}

/** Loaded only where it is needed: its libraries would make each start longer. */
function postgres() {
  return import('./postgres.ts')
}

async function sqliteAccounts(directory: string): Promise<Accounts> {
  const { openSqliteAccounts } = await import('../accounts/sqlite.ts')
  return openSqliteAccounts(directory)
}
