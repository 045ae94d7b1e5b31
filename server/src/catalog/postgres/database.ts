import { setTimeout as sleep } from 'node:timers/promises'
import { Kysely, PostgresDialect, sql } from 'kysely'
import { Migrator } from 'kysely/migration'
import { Pool, types } from 'pg'
import { DomainError, messageOf, systemCodeOf } from '../../errors.ts'
import type { Tables } from '../schema.ts'
import * as initial from './migrations/001-initial.ts'

const MIGRATIONS = { '001-initial': initial }

export interface PostgresOptions {
  host: string
  port: number
  database: string
  user: string
  password: string
}

/** So long a server that is being started is waited for. */
const PATIENCE_MS = 60_000
const FIRST_PAUSE_MS = 500
const MAX_PAUSE_MS = 5_000
const CONNECTIONS = 10
const LEAST_SERVER = 150_000
const LEAST_VECTOR = '0.8.0'
const INT8 = 20

/** Numbers of 64 bits are counts, sizes and times here: all of them fit into JavaScript's. */
const NUMBERS = {
  getTypeParser: ((oid: number, format: 'text' | 'binary') =>
    oid === INT8 ? Number : types.getTypeParser(oid, format)) as typeof types.getTypeParser,
}

/**
 * Connects to a PostgreSQL server, and creates or migrates the tables: one process at a time does, the others wait.
 * @throws {DomainError} `unavailable` with what is wrong and what would be right
 */
export async function openDatabase(
  options: PostgresOptions,
  log: { warn(message: string): void },
): Promise<Kysely<Tables>> {
  const { host, port, database: name, user, password } = options
  const pool = new Pool({
    host,
    port,
    database: name,
    user,
    password,
    max: CONNECTIONS,
    types: NUMBERS,
    application_name: 'sketch-search',
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
  })
  // A connection that is lost while nobody uses it is made anew by whoever needs it next.
  pool.on('error', () => {})
  // One that is lost in the middle of something is told by what then fails, too.
  pool.on('connect', (client) => client.on('error', () => {}))
  const database = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) })
  try {
    await waitForServer(pool, options, log)
    await assertFit(database, name)
    const migrator = new Migrator({ db: database, provider: { getMigrations: async () => MIGRATIONS } })
    const { error } = await migrator.migrateToLatest()
    if (error !== undefined)
      throw new DomainError('unavailable', `The database "${name}" can't be migrated: ${messageOf(error)}.`, {
        cause: error,
      })
  } catch (error) {
    await database.destroy()
    throw error
  }
  return database
}

/** What waiting does not mend. */
const REFUSALS: Record<string, (options: PostgresOptions) => string> = {
  '28P01': ({ user }) => `the password of "${user}" is not right (database.password)`,
  '28000': ({ user }) => `"${user}" may not sign in (database.user)`,
  '3D000': ({ database }) => `there is no database "${database}": create it (createdb ${database})`,
}

async function waitForServer(
  pool: Pool,
  options: PostgresOptions,
  log: { warn(message: string): void },
): Promise<void> {
  const start = performance.now()
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, MAX_PAUSE_MS)) {
    try {
      await pool.query('select 1')
      return
    } catch (error) {
      const refusal = REFUSALS[systemCodeOf(error) ?? '']
      const isOver = refusal !== undefined || performance.now() - start > PATIENCE_MS
      const reason = refusal?.(options) ?? messageOf(error)
      const text = `PostgreSQL at ${options.host}:${options.port} can't be used: ${reason}`
      if (isOver) throw new DomainError('unavailable', `${text}.`, { cause: error })
      log.warn(`${text}. It is tried again.`)
      await sleep(pauseMs)
    }
  }
}

/** @throws {DomainError} if server or extension is missing or too old */
async function assertFit(database: Kysely<Tables>, name: string): Promise<void> {
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
  const facts = rows[0]!
  if (Number(facts.server) < LEAST_SERVER)
    throw new DomainError('unavailable', `PostgreSQL ${facts.name} is too old: at least 15 is needed.`)
  if (facts.vector === null && facts.available === null)
    throw new DomainError(
      'unavailable',
      'The PostgreSQL server lacks pgvector: install it there (Debian: postgresql-17-pgvector).',
    )
  if (facts.vector === null) {
    await sql`create extension if not exists vector`.execute(database).catch((error) => {
      throw new DomainError(
        'unavailable',
        `The extension "vector" can't be created in the database "${name}" (${messageOf(error)}): have a superuser do "create extension vector".`,
        { cause: error },
      )
    })
  }
  const version = facts.vector ?? facts.available!
  if (version.localeCompare(LEAST_VECTOR, 'en', { numeric: true }) < 0)
    throw new DomainError(
      'unavailable',
      `pgvector ${version} is too old: at least ${LEAST_VECTOR} is needed ("alter extension vector update" after installing it).`,
    )
}
