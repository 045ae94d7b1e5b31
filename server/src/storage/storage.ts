import type { Accounts } from '../accounts/accounts.ts'
import type { Catalog } from '../catalog/catalog.ts'
import type { Reads } from '../catalog/reads.ts'
import type { clientConfig, PostgresOptions } from '../database/postgres/connection.ts'
import type { PostgresSession, PostgresSessionOptions } from '../database/postgres/session.ts'
import type { SharedDatabase } from '../database/schema.ts'
import type { Log } from '../log.ts'
import type { SavedQueries } from '../saved-queries/saved-queries.ts'
import type { StartThread } from '../threads.ts'

export interface StorageOptions {
  /** A PostgreSQL server; undefined means the embedded database. */
  database: PostgresOptions | undefined
  /** Directory of the embedded database and its index. */
  directory: string
  /** False for a process that only searches while another one owns the directory. */
  canWrite: boolean
  log: Log
  /** Starts the thread of the embedded database. */
  startThread?: StartThread | undefined
}

/** All persistent data, in the configured database. */
export interface Storage {
  readonly catalog: Catalog
  /** Reads for requests of people. */
  readonly reads: Reads
  readonly queries: SavedQueries
  /** Undefined if one process has the database to itself. */
  readonly shared: ClusterStorage | undefined
  openAccounts(): Promise<Accounts>
  close(): Promise<void>
}

/** State that processes on one database share besides the catalog. */
export interface ClusterStorage {
  readonly tables: SharedDatabase
  /** Returns a random key with a name. The first process that requests it creates it. */
  key(name: string): Promise<string>
  openSession(
    options: Omit<PostgresSessionOptions, 'server' | 'onAnswered' | 'onUnreachable'>,
  ): PostgresSession
  /** Whether an error only means that the server can't be reached, which is logged once for all errors until it can. */
  isOutage(error: unknown): boolean
  /** Settings for a library that opens its own connections. */
  connection(): ReturnType<typeof clientConfig>
}
