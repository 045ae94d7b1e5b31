import { mkdir } from 'node:fs/promises'
import { sql } from 'kysely'
import type { PostgresOptions } from '../database/postgres/connection.ts'
import { openTables } from '../storage/open-storage.ts'

const DAY_MS = 86_400_000
/** 2000-01-01. */
const FIRST_DAY = 10_957

/**
 * Fills a catalog with rows of pictures of four shapes, in a hundred folders and several years, without files. A server that starts
 * with it on an empty folder keeps them, because too many are gone at once.
 */
export async function makeRows(dataDirectory: string, count: number): Promise<void> {
  await mkdir(dataDirectory, { recursive: true })
  const { database, close } = await openTables(undefined, dataDirectory, { warn: console.error })
  const takenAt = sql`(${sql.lit(FIRST_DAY)} + n / 100) * ${sql.lit(DAY_MS)} + n`
  const month = sql`cast(strftime('%Y%m', (${takenAt}) / 1000, 'unixepoch') as integer)`
  await sql`
    with recursive numbers (n) as (select 0 union all select n + 1 from numbers where n < ${count - 1})
    insert into images (
      id, path, directory, name, folded_name, name_key, bytes, width, height, content_type,
      created_at, modified_at, inode, content_hash, taken_at, taken_month
    )
    select
      printf('%08x-0000-4000-8000-000000000000', n), (n % 100) || '/' || n || '.jpg', n % 100, n || '.jpg',
      n || '.jpg', printf('%08d.jpg', n), 1, 600 + 300 * (n % 4), 900, 'image/jpeg',
      ${takenAt}, ${takenAt}, n, printf('%064x', n), ${takenAt}, ${month}
    from numbers`.execute(database)
  await close()
}

/** Copies all rows with their levels of folding, which stay right: contents and folders of each copy are its own. */
export async function copyRows(
  options: PostgresOptions | undefined,
  dataDirectory: string,
  times: number,
): Promise<void> {
  if (times === 0) return
  const tables = await openTables(options, dataDirectory, { warn: console.error })
  try {
    const { rows } = await sql<Record<string, unknown>>`select * from images limit 1`.execute(tables.database)
    const names = Object.keys(rows[0]!)
    /** Ids of copies have one hyphen more than a UUID. */
    const isIndexed = sql`id not like '%-%-%-%-%-%'`
    for (let n = 1; n <= times; n++) {
      const prefix = (name: string) => sql`${sql.lit(`${n}-`)} || ${sql.ref(name)}`
      const own = new Set(['id', 'path', 'directory', 'content_hash'])
      const values = names.map((name) => (own.has(name) ? prefix(name) : sql.ref(name)))
      await sql`insert into images (${sql.join(names.map((name) => sql.ref(name)))})
        select ${sql.join(values)} from images where ${isIndexed}`.execute(tables.database)
    }
  } finally {
    await tables.close()
  }
}
