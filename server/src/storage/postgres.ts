import type { Accounts } from '../accounts/accounts.ts'
import { openPostgresAccounts } from '../accounts/postgres.ts'
import { sharedKey } from '../accounts/shared-key.ts'
import type { Catalog } from '../catalog/catalog.ts'
import { createPostgresCatalog } from '../catalog/postgres/catalog.ts'
import { openReplicas, type Replicas } from '../catalog/postgres/replicas.ts'
import { postgresTableAccess } from '../catalog/postgres/table-access.ts'
import { directReads } from '../catalog/reads.ts'
import type { TableAccess } from '../catalog/sql/table-access.ts'
import {
  clientConfig,
  describeDatabase,
  describeServer,
  type PostgresOptions,
  replicasOf,
} from '../database/postgres/connection.ts'
import { openDatabase } from '../database/postgres/database.ts'
import { LEADER_LOCK } from '../database/postgres/locks.ts'
import { Outage } from '../database/postgres/outage.ts'
import { withRetries } from '../database/postgres/retries.ts'
import { openPostgresSession } from '../database/postgres/session.ts'
import { DomainError } from '../errors.ts'
import { openPostgresSavedQueries } from '../saved-queries/postgres.ts'
import type { SavedQueries } from '../saved-queries/saved-queries.ts'
import type { Storage, StorageOptions } from './storage.ts'

/** Opens all persistent data on a PostgreSQL server. @throws {DomainError} `unavailable` with advice */
export async function openPostgresStorage(
  options: PostgresOptions,
  canWrite: boolean,
  log: StorageOptions['log'],
): Promise<Storage> {
  const opened = await openDatabase(options, log)
  if (canWrite) log.info(`The PostgreSQL database ${describeDatabase(options)} is used.`)
  const outage = new Outage(describeServer(options), log)
  const tables = opened.database.withTables()
  const catalog = createPostgresCatalog(opened, { canWrite, log })
  const standbys = canWrite ? replicasOf(options) : []
  const replicas =
    standbys.length > 0 ? openReplicas({ primary: opened, catalog, replicas: standbys, log }) : undefined
  return {
    catalog: replicas === undefined ? catalog : activateWith(replicas, catalog),
    reads: replicas ?? directReads(catalog),
    queries: withRetries(openPostgresSavedQueries(tables)),
    shared: {
      tables,
      key: (name) => sharedKey(tables, name),
      openSession: (session) =>
        openPostgresSession({
          ...session,
          server: options,
          onAnswered: outage.end,
          onUnreachable: outage.report,
        }),
      isOutage: outage.report,
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

/** Activates each space on the replicas as well. */
function activateWith(replicas: Replicas, catalog: Catalog): Catalog {
  return {
    ...catalog,
    spaces: {
      ...catalog.spaces,
      async activate(space) {
        const activated = await catalog.spaces.activate(space)
        await replicas.activateSpace(space)
        return activated
      },
      async openFormer(space) {
        await catalog.spaces.openFormer(space)
        await replicas.openFormer(space)
      },
    },
  }
}

/** Opens only the accounts. @throws {DomainError} as `openPostgresStorage` */
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

/** Opens only the saved queries. @throws {DomainError} as `openPostgresStorage` */
export async function openPostgresSavedQueriesOnly(
  options: PostgresOptions,
  log: Pick<StorageOptions['log'], 'warn'>,
): Promise<SavedQueries & { close(): Promise<void> }> {
  const opened = await openDatabase(options, log)
  return { ...openPostgresSavedQueries(opened.database.withTables()), close: () => opened.close() }
}

/** Opens the tables of the catalog for copying. @throws {DomainError} as `openPostgresStorage` */
export async function openPostgresTables(
  options: PostgresOptions,
  log: Pick<StorageOptions['log'], 'warn'>,
): Promise<TableAccess> {
  return postgresTableAccess(await openDatabase(options, log))
}

/**
 * Prevents every process from watching a folder for this database.
 * @returns a function that releases the lock
 * @throws {DomainError} `unavailable` if a process holds it
 */
export async function lockLeadership(database: PostgresOptions): Promise<() => Promise<void>> {
  const session = openPostgresSession({
    server: database,
    channels: [],
    onNotify() {},
    onConnected() {},
    onAnswered() {},
    onUnreachable() {},
    onLost() {},
  })
  if (await session.tryLock(LEADER_LOCK)) return () => session.close()
  await session.close()
  throw new DomainError(
    'unavailable',
    `A server or worker uses the database at ${describeServer(database)}, or it can't be reached: stop all of them first.`,
  )
}
