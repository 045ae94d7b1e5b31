import { Kysely, PostgresDialect, sql } from 'kysely'
import { Migrator } from 'kysely/migration'
import pRetry from 'p-retry'
import { Pool, type PoolClient, types } from 'pg'
import { DomainError, messageOf, systemCodeOf } from '../../errors.ts'
import type { Log } from '../../log.ts'
import { assertKnownMigrations } from '../known-migrations.ts'
import type { AccountTables, SharedTables, Tables } from '../schema.ts'
import { clientConfig, describeServer, namesOf, type PostgresOptions } from './connection.ts'
import { distribute, isDistributed } from './distribution.ts'
import * as initial from './migrations/001-initial.ts'
import * as shared from './migrations/002-shared.ts'
import * as attributes from './migrations/003-attributes.ts'
import * as account from './migrations/004-account.ts'
import * as spaces from './migrations/005-spaces.ts'
import * as notes from './migrations/006-notes.ts'
import * as capture from './migrations/007-capture.ts'
import * as trash from './migrations/008-trash.ts'
import * as collections from './migrations/009-collections.ts'
import * as shots from './migrations/010-shots.ts'
import * as apiKeys from './migrations/011-api-keys.ts'
import * as folding from './migrations/012-folding.ts'
import * as sidecars from './migrations/013-sidecars.ts'
import * as bitDepth from './migrations/014-bit-depth.ts'
import * as foldedFolders from './migrations/015-folded-folders.ts'
import * as removedUsers from './migrations/016-removed-users.ts'
import * as twins from './migrations/017-twins.ts'
import * as folderOrder from './migrations/018-folder-order.ts'
import * as replacedImages from './migrations/019-replaced-images.ts'

/** Oldest first. */
export const MIGRATIONS = {
  '001-initial': initial,
  '002-shared': shared,
  '003-attributes': attributes,
  '004-account': account,
  '005-spaces': spaces,
  '006-notes': notes,
  '007-capture': capture,
  '008-trash': trash,
  '009-collections': collections,
  '010-shots': shots,
  '011-api-keys': apiKeys,
  '012-folding': folding,
  '013-sidecars': sidecars,
  '014-bit-depth': bitDepth,
  '015-folded-folders': foldedFolders,
  '016-removed-users': removedUsers,
  '017-twins': twins,
  '018-folder-order': folderOrder,
  '019-replaced-images': replacedImages,
}

/** Maximum time to wait for a server that is starting. */
const SERVER_START_TIMEOUT_MS = 60_000
const FIRST_PAUSE_MS = 500
const MAX_PAUSE_MS = 5_000
const CONNECTIONS = 8
/** Statements that may wait for a connection of a pool, about as many as requests can be in progress. */
const MAX_WAITING = 1_024
const RETRY_AFTER_S = 2
const MIN_SERVER_VERSION = 150_000
const MIN_PGVECTOR_VERSION = '0.8.0'
const INT8 = 20

/** All 64-bit integers in the tables are counts, sizes and times, which fit into a JavaScript number. */
const NUMBERS = {
  getTypeParser: ((oid: number, format: 'text' | 'binary') =>
    oid === INT8 ? Number : types.getTypeParser(oid, format)) as typeof types.getTypeParser,
}

type PostgresTables = Tables & SharedTables & AccountTables

/** A database on a PostgreSQL server. */
export interface PostgresDatabase {
  readonly database: Kysely<PostgresTables>
  readonly pool: Pool
  readonly options: PostgresOptions
  /** Whether the vectors are spread over several nodes. */
  readonly isDistributed: boolean
  close(): Promise<void>
}

/**
 * Connects to a PostgreSQL server, and creates or migrates the tables. One process at a time does this; others wait.
 * @throws {DomainError} `unavailable` with the reason and advice
 */
export async function openDatabase(
  options: PostgresOptions,
  log: Pick<Log, 'warn'>,
): Promise<PostgresDatabase> {
  const opened = connect(options)
  try {
    await waitForServer(opened.pool, options, log)
    if (options.distributed) assertNoReplicas(options)
    await migrate(opened, log).catch((error) => {
      if (error instanceof DomainError) throw error
      const reason = CHANGE_REFUSALS[systemCodeOf(error) ?? ''] ?? messageOf(error)
      throw new DomainError(
        'unavailable',
        `The database at ${describeServer(options)} can't be migrated: ${reason}.`,
        { cause: error },
      )
    })
    const distributed = await isDistributed(opened.database)
    if (distributed) assertNoReplicas(options)
    return { ...opened, isDistributed: distributed }
  } catch (error) {
    await opened.close()
    throw error
  }
}

function assertNoReplicas({ replicas }: PostgresOptions): void {
  if ((replicas ?? []).length > 0)
    throw new DomainError(
      'config_invalid',
      "database.replicas can't be used with a distributed database: give its nodes standby servers of their own instead.",
    )
}

/** Connects without waiting for the server or checking its tables. */
export function connect(options: PostgresOptions, connections = CONNECTIONS): PostgresDatabase {
  const pool = new Pool({ ...clientConfig(options), max: connections, types: NUMBERS })
  // The pool replaces an idle connection that is lost.
  pool.on('error', () => {})
  // If a connection is lost during a query, the query fails as well.
  pool.on('connect', (client) => client.on('error', () => {}))
  const bounded = { options: pool.options, connect: () => takeConnection(pool), end: () => pool.end() }
  const database = new Kysely<PostgresTables>({ dialect: new PostgresDialect({ pool: bounded }) })
  return { database, pool, options, isDistributed: false, close: () => database.destroy() }
}

/** @throws {DomainError} `unavailable` if too many wait for a connection: each would wait too long */
async function takeConnection(pool: Pool): Promise<PoolClient> {
  if (pool.waitingCount < MAX_WAITING) return pool.connect()
  throw new DomainError('unavailable', 'Too many statements wait for a connection to PostgreSQL.', {
    retryAfterS: RETRY_AFTER_S,
  })
}

/** Creates, migrates or distributes extension and tables under a lock, because two servers can't do that at once. */
async function migrate({ database, options }: PostgresDatabase, log: Pick<Log, 'warn'>): Promise<void> {
  const { database: name } = namesOf(options)
  await database.connection().execute(async (connection) => {
    await sql`select pg_advisory_lock(hashtextextended('sketch-search migration', 0))`.execute(connection)
    try {
      await assertSupported(connection, name)
      assertKnownMigrations(`"${name}"`, await carriedOutIn(connection), Object.keys(MIGRATIONS))
      const migrator = new Migrator({ db: database, provider: { getMigrations: async () => MIGRATIONS } })
      const { error } = await migrator.migrateToLatest()
      if (error !== undefined) throw error
      if (options.distributed && !(await isDistributed(connection))) await distribute(connection, name, log)
    } finally {
      await sql`select pg_advisory_unlock(hashtextextended('sketch-search migration', 0))`.execute(connection)
    }
  })
}

/** Names of migrations. */
async function carriedOutIn(database: Kysely<PostgresTables>): Promise<string[]> {
  const { rows } = await sql<{
    found: string | null
  }>`select to_regclass('kysely_migration') as found`.execute(database)
  if (rows[0]!.found === null) return []
  const found = await sql<{ name: string }>`select name from kysely_migration`.execute(database)
  return found.rows.map(({ name }) => name)
}

/** By SQLSTATE. */
const CHANGE_REFUSALS: Record<string, string> = {
  '25006': 'it is a standby server, or set to read-only; name the primary one',
  '42501': 'this user may not do that; name the owner of the database (database.user)',
}

/** Errors that waiting does not resolve. */
const REFUSALS: Record<string, (names: { user: string; database: string }) => string> = {
  '28P01': ({ user }) => `the password of "${user}" is wrong (database.password)`,
  '28000': ({ user }) => `"${user}" may not sign in (database.user)`,
  '3D000': ({ database }) => `there is no database "${database}": create it (createdb ${database})`,
}

async function waitForServer(pool: Pool, options: PostgresOptions, log: Pick<Log, 'warn'>): Promise<void> {
  const problem = (error: unknown) => {
    const reason = REFUSALS[systemCodeOf(error) ?? '']?.(namesOf(options)) ?? messageOf(error)
    return `PostgreSQL at ${describeServer(options)} can't be used: ${reason}`
  }
  await pRetry(() => pool.query('select 1'), {
    retries: Number.POSITIVE_INFINITY,
    maxRetryTime: SERVER_START_TIMEOUT_MS,
    minTimeout: FIRST_PAUSE_MS,
    maxTimeout: MAX_PAUSE_MS,
    shouldRetry({ error }) {
      if (REFUSALS[systemCodeOf(error) ?? ''] !== undefined) return false
      log.warn(`${problem(error)}. Trying again.`)
      return true
    },
  }).catch((error: unknown) => {
    throw new DomainError('unavailable', `${problem(error)}.`, { cause: error })
  })
}

/** @throws {DomainError} if server or extension is missing or too old */
async function assertSupported(database: Kysely<PostgresTables>, name: string): Promise<void> {
  const { rows } = await sql<{
    server: string
    name: string
    vector: string | null
    available: string | null
  }>`
    select current_setting('server_version_num') as server, current_setting('server_version') as name,
      (select extversion from pg_extension where extname = 'vector') as vector,
      (select default_version from pg_available_extensions where name = 'vector') as available
  `.execute(database)
  const info = rows[0]!
  if (Number(info.server) < MIN_SERVER_VERSION)
    throw new DomainError('unavailable', `PostgreSQL ${info.name} is too old: at least 15 is needed.`)
  if (info.vector === null && info.available === null)
    throw new DomainError(
      'unavailable',
      'The PostgreSQL server lacks pgvector: install it there (Debian: postgresql-17-pgvector).',
    )
  if (info.vector === null) {
    await sql`create extension if not exists vector`.execute(database).catch((error) => {
      throw new DomainError(
        'unavailable',
        `The extension "vector" can't be created in the database "${name}" (${messageOf(error)}): ask a superuser to run "create extension vector".`,
        { cause: error },
      )
    })
  }
  const version = info.vector ?? info.available!
  if (version.localeCompare(MIN_PGVECTOR_VERSION, 'en', { numeric: true }) < 0)
    throw new DomainError(
      'unavailable',
      `pgvector ${version} is too old: at least ${MIN_PGVECTOR_VERSION} is needed ("alter extension vector update" after installing it).`,
    )
}
