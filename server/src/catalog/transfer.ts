import type { Expression, ExpressionBuilder, Insertable, Kysely, Selectable, SqlBool } from 'kysely'
import type { Connection } from '../database/dialect.ts'
import type { Tables } from '../database/schema.ts'
import { DomainError } from '../errors.ts'
import type { VectorSpace } from './catalog.ts'
import { FoldLevels } from './sql/fold-levels.ts'
import type { TableAccess } from './sql/table-access.ts'
import { copyUserData, type UserDataCounts } from './transfer-user-data.ts'

/** Tables in the order of copying: an image may lack its vector for a while, but a vector never its image. */
const COPIED = ['images', 'failures', 'vectors'] as const
type Copied = (typeof COPIED)[number]

export interface CopyProgress {
  what: Copied
  done: number
  all: number
}

/** The number of rows in the source, and how many of them the target already had. */
interface CopyCounts {
  rows: number
  present: number
}

export interface CopyResult extends Record<Copied, CopyCounts> {
  userData: UserDataCounts
  embedders: number
  /** Names of the other vectors that images have, such as colours. */
  furtherSpaces: string[]
  /** The embedder that was activated last. */
  chosen: VectorSpace | undefined
}

export interface CopyOptions {
  from: TableAccess
  to: TableAccess
  /** Ids of owners of collections that are other ones in the target, by those in the source. */
  ownerIds: ReadonlyMap<string, string>
  onProgress: (progress: CopyProgress) => void
}

/** A vector takes about a kilobyte in memory; SQLite accepts 32,766 parameters, and an image has fewer than 60 columns. */
const ROWS_PER_SECTION = 500

/** Copies one table, or a part of it, in sections ordered by a key. */
interface TransferTable {
  name: Copied
  /** Copies the section after a key. @returns undefined at the end */
  copyAfter(key: string): Promise<(CopyCounts & { last: string }) | undefined>
}

/** The steps of copying a section. */
interface Section<Row> {
  read(after: string): Promise<Row[]>
  keyOf(row: Row): string
  /** Returns the rows that the target lacks or has with other values. */
  missing(rows: Row[]): Promise<Row[]>
  write(missing: Row[], section: Row[]): Promise<void>
}

/**
 * Copies a catalog with its ids, so that nothing is embedded again. Rows that the target already has are left unchanged:
 * after an interruption copying resumes, and repeating it adds what is new. Rows that only the target has are kept unless
 * their path or id belongs to a copied row.
 * @throws {DomainError} `unavailable` if a model has other dimensions in the target
 */
export async function copyCatalog(options: CopyOptions): Promise<CopyResult> {
  const { embedderIds, embedders, furtherSpaces, chosen } = await copyEmbedders(options)
  const tables = [
    imagesTable(options),
    failuresTable(options, embedderIds),
    ...[...embedderIds].map(([fromId, toId]) => vectorsTable(options, fromId, toId)),
  ]
  const counts = await copyTables(tables, options)
  await copyMountPoints(options)
  const userData = await copyUserData(options)
  return { ...counts, userData, embedders, furtherSpaces, chosen }
}

async function copyTables(
  tables: readonly TransferTable[],
  { from, onProgress }: CopyOptions,
): Promise<Record<Copied, CopyCounts>> {
  const counts = {
    images: { rows: 0, present: 0 },
    failures: { rows: 0, present: 0 },
    vectors: { rows: 0, present: 0 },
  }
  for (const [name, parts] of Map.groupBy(tables, (table) => table.name)) {
    const all = await countRows(from.database, name)
    const count = counts[name]
    for (const part of parts) {
      for (let after = ''; ; ) {
        const section = await part.copyAfter(after)
        if (section === undefined) break
        after = section.last
        count.rows += section.rows
        count.present += section.present
        onProgress({ what: name, done: count.rows, all: Math.max(all, count.rows) })
      }
    }
  }
  return counts
}

function transferTable<Row>(name: Copied, { read, keyOf, missing, write }: Section<Row>): TransferTable {
  return {
    name,
    async copyAfter(key) {
      const rows = await read(key)
      if (rows.length === 0) return undefined
      const lacking = await missing(rows)
      if (lacking.length > 0) await write(lacking, rows)
      return { last: keyOf(rows.at(-1)!), rows: rows.length, present: rows.length - lacking.length }
    },
  }
}

/** @returns the id in the target of each embedder in the source */
async function copyEmbedders({ from, to }: CopyOptions) {
  const embedders = await from.database.selectFrom('embedders').selectAll().orderBy('id').execute()
  const embedderIds = new Map<number, number>()
  for (const { id, ...embedder } of embedders) {
    const known = await to.database
      .selectFrom('embedders')
      .select(['id', 'dimensions'])
      .where('name', '=', embedder.name)
      .where('fingerprint', '=', embedder.fingerprint)
      .executeTakeFirst()
    if (known !== undefined && known.dimensions !== embedder.dimensions)
      throw new DomainError(
        'unavailable',
        `The embedder "${embedder.name}" has ${embedder.dimensions} dimensions in the source and ${known.dimensions} in the target: delete its vectors in one of them with "sketch-search prune".`,
      )
    const added =
      known ??
      (await to.database
        .insertInto('embedders')
        .values(embedder)
        .returning(['id', 'dimensions'])
        .executeTakeFirstOrThrow())
    embedderIds.set(id, added.id)
  }
  const latest = embedders
    .filter(({ space }) => space === 'image')
    .toSorted((a, b) => b.chosen_at - a.chosen_at)[0]
  const chosen: VectorSpace | undefined = latest && {
    embedder: latest.name,
    fingerprint: latest.fingerprint,
    dimensions: latest.dimensions,
  }
  const furtherSpaces = new Set(embedders.map(({ space }) => space).filter((space) => space !== 'image'))
  return {
    embedderIds,
    embedders: embedders.filter(({ space }) => space === 'image').length,
    furtherSpaces: [...furtherSpaces],
    chosen,
  }
}

/** The level of folding depends on the other images of a catalog. */
type CopiedImage = Omit<Selectable<Tables['images']>, 'fold_level'>

function imagesTable({ from, to }: CopyOptions): TransferTable {
  return transferTable<CopiedImage>('images', {
    async read(after) {
      const rows = await from.database
        .selectFrom('images')
        .selectAll()
        .where('path', '>', after)
        .orderBy('path')
        .limit(ROWS_PER_SECTION)
        .execute()
      return rows.map(({ fold_level: _, ...row }) => row)
    },
    keyOf: ({ path }) => path,
    async missing(rows) {
      const ids = to.dialect.texts(rows.map(({ id }) => id))
      const present = await to.database.selectFrom('images').selectAll().where('id', 'in', ids).execute()
      const known = new Map(present.map((row) => [row.id, row]))
      return rows.filter((row) => !isSame(row, known.get(row.id)))
    },
    async write(missing, section) {
      const ids = to.dialect.texts(missing.map(({ id }) => id))
      const paths = to.dialect.texts(missing.map(({ path }) => path))
      const sectionPaths = to.dialect.texts(section.map(({ path }) => path))
      await to.database.transaction().execute(async (transaction) => {
        const folds = await FoldLevels.begin({ ...to, database: transaction })
        await folds.before(
          await idsOf(transaction, (eb) => eb.or([eb('id', 'in', ids), eb('path', 'in', paths)])),
        )
        await transaction.deleteFrom('images').where('id', 'in', ids).execute()
        await transaction.deleteFrom('images').where('path', 'in', paths).execute()
        await transaction.deleteFrom('failures').where('path', 'in', sectionPaths).execute()
        await transaction.insertInto('images').values(missing).execute()
        await folds.after(missing.map(({ id }) => id))
      })
    },
  })
}

function failuresTable({ from, to }: CopyOptions, embedderIds: ReadonlyMap<number, number>): TransferTable {
  return transferTable<Insertable<Tables['failures']>>('failures', {
    async read(after) {
      const rows = await from.database
        .selectFrom('failures')
        .selectAll()
        .where('path', '>', after)
        .orderBy('path')
        .limit(ROWS_PER_SECTION)
        .execute()
      return rows.map((row) => ({
        ...row,
        embedder_id: row.embedder_id === null ? null : (embedderIds.get(row.embedder_id) ?? null),
      }))
    },
    keyOf: ({ path }) => path,
    async missing(rows) {
      const paths = to.dialect.texts(rows.map(({ path }) => path))
      const present = await to.database
        .selectFrom('failures')
        .selectAll()
        .where('path', 'in', paths)
        .execute()
      const known = new Map(present.map((row) => [row.path, row]))
      return rows.filter((row) => !isSame(row, known.get(row.path)))
    },
    async write(missing) {
      const paths = missing.map(({ path }) => path)
      // A file on which only the embedder failed has an image, too.
      const visible = await from.database
        .selectFrom('images')
        .select('path')
        .where('path', 'in', from.dialect.texts(paths))
        .execute()
      const isVisible = new Set(visible.map(({ path }) => path))
      const replaced = to.dialect.texts(paths.filter((path) => !isVisible.has(path)))
      await to.database.transaction().execute(async (transaction) => {
        const folds = await FoldLevels.begin({ ...to, database: transaction })
        await folds.before(await idsOf(transaction, (eb) => eb('path', 'in', replaced)))
        await transaction.deleteFrom('failures').where('path', 'in', to.dialect.texts(paths)).execute()
        await transaction.deleteFrom('images').where('path', 'in', replaced).execute()
        await folds.after([])
        await transaction.insertInto('failures').values(missing).execute()
      })
    },
  })
}

/** The vectors of one embedder. Only missing ones are read from the source. */
function vectorsTable({ from, to }: CopyOptions, fromId: number, toId: number): TransferTable {
  return transferTable<string>('vectors', {
    async read(after) {
      // In the order of an index that has the hashes without the vectors.
      const rows = await from.database
        .selectFrom('vectors')
        .select('content_hash')
        .where('embedder_id', '=', fromId)
        .where('content_hash', '>', after)
        .orderBy('content_hash')
        .limit(ROWS_PER_SECTION)
        .execute()
      return rows.map((row) => row.content_hash)
    },
    keyOf: (hash) => hash,
    async missing(hashes) {
      const present = await to.database
        .selectFrom('vectors')
        .select('content_hash')
        .where('embedder_id', '=', toId)
        .where('content_hash', 'in', to.dialect.texts(hashes))
        .execute()
      const known = new Set(present.map((row) => row.content_hash))
      return hashes.filter((hash) => !known.has(hash))
    },
    async write(missing) {
      await to.insertVectors(toId, await from.readVectors(fromId, missing))
    },
  })
}

async function copyMountPoints({ from, to }: CopyOptions): Promise<void> {
  const rows = await from.database.selectFrom('mount_points').selectAll().execute()
  if (rows.length === 0) return
  await to.database
    .insertInto('mount_points')
    .values(rows)
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

async function idsOf(
  transaction: Connection,
  condition: (eb: ExpressionBuilder<Tables, 'images'>) => Expression<SqlBool>,
): Promise<string[]> {
  const rows = await transaction.selectFrom('images').select('id').where(condition).execute()
  return rows.map(({ id }) => id)
}

async function countRows(database: Kysely<Tables>, table: Copied): Promise<number> {
  const { n } = await database
    .selectFrom(table)
    .select((eb) => eb.fn.countAll<number>().as('n'))
    .executeTakeFirstOrThrow()
  return n
}

type Row = CopiedImage | Insertable<Tables['failures']>

function isSame(row: Row, known: Row | undefined): boolean {
  if (known === undefined) return false
  return Object.entries(row).every(([column, value]) => known[column as keyof Row] === value)
}
