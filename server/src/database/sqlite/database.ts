import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync, type SQLInputValue } from 'node:sqlite'
import { Kysely, type SqliteDatabase, SqliteDialect, sql } from 'kysely'
import { Migrator } from 'kysely/migration'
import { LRUCache } from 'lru-cache'
import { DomainError, messageOf } from '../../errors.ts'
import * as collections from '../collection-migrations/001-collections.ts'
import { lockDirectory } from '../directory-lock.ts'
import { assertKnownMigrations } from '../known-migrations.ts'
import type { Tables } from '../schema.ts'
import * as initial from './migrations/001-initial.ts'
import * as embedderVersions from './migrations/002-embedder-versions.ts'
import * as failuresByInode from './migrations/003-failures-by-inode.ts'
import * as mountPoints from './migrations/004-mount-points.ts'
import * as attributes from './migrations/005-attributes.ts'
import * as account from './migrations/006-account.ts'
import * as spaces from './migrations/007-spaces.ts'
import * as notes from './migrations/008-notes.ts'
import * as capture from './migrations/009-capture.ts'
import * as trash from './migrations/010-trash.ts'
import * as shots from './migrations/011-shots.ts'
import * as folding from './migrations/012-folding.ts'
import * as sidecars from './migrations/013-sidecars.ts'
import * as bitDepth from './migrations/014-bit-depth.ts'
import * as foldedFolders from './migrations/015-folded-folders.ts'
import * as twins from './migrations/016-twins.ts'
import * as folderOrder from './migrations/017-folder-order.ts'
import * as replacedImages from './migrations/018-replaced-images.ts'

/** Migrations of the catalog, oldest first. */
const CATALOG_MIGRATIONS: Migrations = {
  '001-initial': initial,
  '002-embedder-versions': embedderVersions,
  '003-failures-by-inode': failuresByInode,
  '004-mount-points': mountPoints,
  '005-attributes': attributes,
  '006-account': account,
  '007-spaces': spaces,
  '008-notes': notes,
  '009-capture': capture,
  '010-trash': trash,
  '011-shots': shots,
  '012-folding': folding,
  '013-sidecars': sidecars,
  '014-bit-depth': bitDepth,
  '015-folded-folders': foldedFolders,
  '016-twins': twins,
  '017-folder-order': folderOrder,
  '018-replaced-images': replacedImages,
}

const OWNER_ONLY = 0o600

const MAX_PREPARED = 500
/**
 * Repeated statements are shorter, except for insertions of many rows, which take longer to run than to compile. A prepared statement
 * keeps its last parameters in memory.
 */
const MAX_PREPARED_CHARACTERS = 8000

type Migrations = Record<string, { up(database: Kysely<unknown>): Promise<void> }>

/** The tables are of an earlier version, and this process may not change them. */
class OutdatedTables extends Error {}

interface OpenOptions {
  /** False for a process that only reads, beside which another one may use the tables as they are. */
  migrates?: boolean
}

/**
 * Opens a database file, readable by its owner only, and creates or migrates its tables.
 * @throws {DomainError} `unavailable` if the file can't be used
 */
export async function openDatabase<T = Tables>(
  file: string,
  migrations = CATALOG_MIGRATIONS,
  { migrates = true }: OpenOptions = {},
): Promise<Kysely<T>> {
  let connection: DatabaseSync
  try {
    connection = new DatabaseSync(file)
    chmodSync(file, OWNER_ONLY)
    // WAL with NORMAL loses no transaction if the process dies, and is not damaged if the machine does.
    connection.exec(`
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = NORMAL;
      PRAGMA foreign_keys = OFF;
      PRAGMA busy_timeout = 5000;
      PRAGMA cache_size = -16384;
      PRAGMA mmap_size = 268435456;
    `)
  } catch (error) {
    throw new DomainError('unavailable', `The database ${file} can't be opened: ${messageOf(error)}.`, {
      cause: error,
    })
  }
  const database = new Kysely<T>({ dialect: new SqliteDialect({ database: adapt(connection) }) })
  try {
    const carriedOut = carriedOutIn(connection)
    assertKnownMigrations(file, carriedOut, Object.keys(migrations))
    const isOutdated = carriedOut.length > 0 && carriedOut.length < Object.keys(migrations).length
    if (isOutdated && !migrates) throw new OutdatedTables()
    await migrate(connection, database, migrations)
  } catch (error) {
    // Closing the connection rolls back.
    await database.destroy()
    if (error instanceof DomainError || error instanceof OutdatedTables) throw error
    throw new DomainError('unavailable', `The database ${file} can't be migrated: ${messageOf(error)}.`, {
      cause: error,
    })
  }
  // Only after the migrations, because they rebuild tables that others refer to.
  connection.exec('PRAGMA foreign_keys = ON')
  return database
}

/** Names of migrations. */
function carriedOutIn(connection: DatabaseSync): string[] {
  const found = connection.prepare("select 1 from sqlite_master where name = 'kysely_migration'").get()
  if (found === undefined) return []
  return connection
    .prepare('select name from kysely_migration')
    .all()
    .map(({ name }) => String(name))
}

/** A process that dies in the middle leaves the tables as they were: Kysely uses no transaction for migrations of SQLite. */
async function migrate<T>(
  connection: DatabaseSync,
  database: Kysely<T>,
  migrations: Migrations,
): Promise<void> {
  const migrator = new Migrator({ db: database, provider: { getMigrations: async () => migrations } })
  // Without IMMEDIATE, a process that only reads takes no lock.
  connection.exec('BEGIN')
  const { error } = await migrator.migrateToLatest()
  if (error !== undefined) throw error
  connection.exec('COMMIT')
}

/**
 * Opens the catalog of a data directory. Collections are in a second file, because they can't be rebuilt; its tables are used
 * like those of the first.
 * @throws {DomainError} `unavailable` if a file can't be used
 */
export async function openCatalogDatabase(
  directory: string,
  options: OpenOptions = {},
): Promise<Kysely<Tables>> {
  const collectionsFile = join(directory, 'collections.sqlite')
  await (await openDatabase(collectionsFile, { '001-collections': collections }, options)).destroy()
  const database = await openDatabase(join(directory, 'catalog.sqlite'), CATALOG_MIGRATIONS, options)
  await sql`attach database ${collectionsFile} as user_data`.execute(database)
  return database
}

/**
 * As `openCatalogDatabase`, for a process that only reads. Tables of an earlier version are migrated only if no process owns the
 * directory: its statements would not fit any more.
 * @throws {DomainError} `unavailable` if one does
 */
export async function openCatalogForReading(directory: string): Promise<Kysely<Tables>> {
  try {
    return await openCatalogDatabase(directory, { migrates: false })
  } catch (error) {
    if (!(error instanceof OutdatedTables)) throw error
  }
  const lock = lockForMigration(directory)
  try {
    return await openCatalogDatabase(directory)
  } finally {
    lock.release()
  }
}

function lockForMigration(directory: string) {
  try {
    return lockDirectory(directory)
  } catch (error) {
    if (!(error instanceof DomainError && error.code === 'data_directory_in_use')) throw error
    const message = `The catalog in ${directory} is of an earlier version, which is still running: start the server again with this version first.`
    throw new DomainError('unavailable', message, { cause: error })
  }
}

/** Implements the part of better-sqlite3 that Kysely uses with Node's own SQLite. */
export function adapt(connection: DatabaseSync): SqliteDatabase {
  const prepared = new LRUCache<string, ReturnType<typeof prepare>>({ max: MAX_PREPARED })
  return {
    close: () => connection.close(),
    // Compiling a statement costs as much as running it. Texts depend on numbers of rows and on filters, so most are used only once.
    prepare(sql) {
      const known = prepared.get(sql)
      if (known !== undefined) return known
      const statement = prepare(sql)
      if (sql.length <= MAX_PREPARED_CHARACTERS) prepared.set(sql, statement)
      return statement
    },
  }

  function prepare(sql: string) {
    const statement = connection.prepare(sql)
    return {
      reader: statement.columns().length > 0,
      all: (parameters: readonly unknown[]) => statement.all(...(parameters as SQLInputValue[])),
      run: (parameters: readonly unknown[]) => statement.run(...(parameters as SQLInputValue[])),
      iterate: (parameters: readonly unknown[]) => statement.iterate(...(parameters as SQLInputValue[])),
    }
  }
}
