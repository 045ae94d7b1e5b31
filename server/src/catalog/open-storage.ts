import { join } from 'node:path'
import { DomainError } from '../errors.ts'
import type { Accounts } from './accounts.ts'
import type { Catalog } from './catalog.ts'
import type { KeptQueries } from './kept-queries.ts'
import { openPostgresAccounts } from './postgres/accounts.ts'
import { withAvailability } from './postgres/availability.ts'
import { clientConfig, describeServer, type PostgresOptions, replicasOf } from './postgres/connection.ts'
import { openDatabase } from './postgres/database.ts'
import { type EventTable, openEventTable } from './postgres/event-table.ts'
import { openSharedQueries } from './postgres/kept-queries.ts'
import { openPostgresCatalog } from './postgres/open.ts'
import { openPostgresRaw } from './postgres/raw.ts'
import { openReplicas, type Reads } from './postgres/replicas.ts'
import { sharedKey } from './postgres/secrets.ts'
import { openPostgresSession, type PostgresSession, type PostgresSessionOptions } from './postgres/session.ts'
import { openWatchTable, WATCH_LOCK, type WatchTable } from './postgres/watch-table.ts'
import type { RawCatalog } from './sql/raw-catalog.ts'
import { openSqliteAccounts } from './sqlite/accounts.ts'
import { openKeptQueries } from './sqlite/kept-queries.ts'
import { openSqliteCatalogThread } from './sqlite/open.ts'
import { openSqliteRaw } from './sqlite/raw.ts'

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
  if (database !== undefined) return openPostgresStorage(database, isOwner, log)
  const catalog = openSqliteCatalogThread({ directory, savesIndex: isOwner })
  return {
    catalog,
    reads: directReads(catalog),
    queries: openKeptQueries(join(directory, 'queries')),
    shared: undefined,
    openAccounts: () => openSqliteAccounts(directory),
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
  if (database === undefined) return openSqliteAccounts(directory)
  const opened = await openDatabase(database, log)
  const accounts = openPostgresAccounts(opened)
  return {
    ...accounts,
    async close() {
      await accounts.close()
      await opened.close()
    },
  }
}

/** The tables as they are. */
export async function openRaw(
  database: PostgresOptions | undefined,
  directory: string,
  log: { warn(message: string): void },
): Promise<RawCatalog> {
  if (database === undefined) return openSqliteRaw(directory)
  return openPostgresRaw(await openDatabase(database, log))
}

/**
 * Keeps every process from watching a folder for this database.
 * @returns what lets go
 * @throws {DomainError} `unavailable` if one does
 */
export async function lockWatch(database: PostgresOptions): Promise<() => Promise<void>> {
  const session = openPostgresSession({
    server: database,
    channels: [],
    onNotify() {},
    onConnected() {},
    onLost() {},
  })
  if (await session.tryLock(WATCH_LOCK)) return () => session.close()
  await session.close()
  throw new DomainError(
    'unavailable',
    `A server or worker uses the database at ${describeServer(database)}, or it can't be reached: stop all of them first.`,
  )
}

async function openPostgresStorage(
  options: PostgresOptions,
  isOwner: boolean,
  log: StorageOptions['log'],
): Promise<Storage> {
  const opened = await openDatabase(options, log)
  const { database } = opened
  const catalog = openPostgresCatalog(opened, isOwner, log)
  const standbys = isOwner ? replicasOf(options) : []
  const replicas =
    standbys.length > 0 ? openReplicas({ primary: opened, catalog, replicas: standbys, log }) : undefined
  return {
    catalog: {
      ...catalog,
      async useSpace(space) {
        const used = await catalog.useSpace(space)
        await replicas?.useSpace(space)
        return used
      },
    },
    reads: replicas ?? directReads(catalog),
    queries: withAvailability(openSharedQueries(database.withTables())),
    shared: {
      events: openEventTable(database.withTables()),
      watch: openWatchTable(database.withTables()),
      key: (name) => sharedKey(database.withTables(), name),
      openSession: (session) => openPostgresSession({ ...session, server: options }),
      connection: () => clientConfig(options),
    },
    openAccounts: async () => openPostgresAccounts(opened),
    async close() {
      await replicas?.close()
      await catalog.close()
      await opened.close()
    },
  }
}

/** All that is written can be read at once. */
function directReads(catalog: Catalog): Reads {
  return {
    catalog,
    at: (_, work) => work(),
    position: async () => undefined,
    async untilReadable() {},
  }
}
