import type { Accounts } from '../accounts/accounts.ts'
import { openPostgresAccounts } from '../accounts/postgres.ts'
import { sharedKey } from '../accounts/shared-key.ts'
import { openPostgresCatalog } from '../catalog/postgres/catalog.ts'
import { openReplicas } from '../catalog/postgres/replicas.ts'
import { postgresTableAccess } from '../catalog/postgres/table-access.ts'
import { directReads } from '../catalog/reads.ts'
import type { TableAccess } from '../catalog/sql/table-access.ts'
import { openEventTable } from '../cluster/tables/event-table.ts'
import { openWatchTable, WATCH_LOCK } from '../cluster/tables/watch-table.ts'
import {
  clientConfig,
  describeServer,
  type PostgresOptions,
  replicasOf,
} from '../database/postgres/connection.ts'
import { openDatabase } from '../database/postgres/database.ts'
import { withRetries } from '../database/postgres/retries.ts'
import { openPostgresSession } from '../database/postgres/session.ts'
import { DomainError } from '../errors.ts'
import { openPostgresSavedQueries } from '../saved-queries/postgres.ts'
import type { Storage, StorageOptions } from './open-storage.ts'

/** All that is kept, on a PostgreSQL server. @throws {DomainError} `unavailable` with what would help */
export async function openPostgresStorage(
  options: PostgresOptions,
  canWrite: boolean,
  log: StorageOptions['log'],
): Promise<Storage> {
  const opened = await openDatabase(options, log)
  const { database } = opened
  const catalog = openPostgresCatalog(opened, canWrite, log)
  const standbys = canWrite ? replicasOf(options) : []
  const replicas =
    standbys.length > 0 ? openReplicas({ primary: opened, catalog, replicas: standbys, log }) : undefined
  return {
    catalog: {
      ...catalog,
      async activateSpace(space) {
        const used = await catalog.activateSpace(space)
        await replicas?.activateSpace(space)
        return used
      },
    },
    reads: replicas ?? directReads(catalog),
    queries: withRetries(openPostgresSavedQueries(database.withTables())),
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

/** Just the accounts. @throws {DomainError} as `openPostgresStorage` */
export async function openPostgresAccountsOnly(
  options: PostgresOptions,
  log: Pick<StorageOptions['log'], 'warn'>,
): Promise<Accounts> {
  const opened = await openDatabase(options, log)
  const accounts = openPostgresAccounts(opened)
  return {
    ...accounts,
    async close() {
      await accounts.close()
      await opened.close()
    },
  }
}

/** The tables as they are. @throws {DomainError} as `openPostgresStorage` */
export async function openPostgresTables(
  options: PostgresOptions,
  log: Pick<StorageOptions['log'], 'warn'>,
): Promise<TableAccess> {
  return postgresTableAccess(await openDatabase(options, log))
}

/**
 * Keeps every process from watching a folder for this database.
 * @returns what lets go
 * @throws {DomainError} `unavailable` if one does
 */
export async function lockLeadership(database: PostgresOptions): Promise<() => Promise<void>> {
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
