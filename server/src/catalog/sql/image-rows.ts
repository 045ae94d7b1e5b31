import { randomUUID } from 'node:crypto'
import { type ExpressionBuilder, type Insertable, type Selectable, sql } from 'kysely'
import { onLocalClock } from '../../contract/times.ts'
import type { Connection, SqlDatabase } from '../../database/dialect.ts'
import type { Tables } from '../../database/schema.ts'
import { displayName } from '../../gallery/file-names.ts'
import { naturalKey } from '../../gallery/natural-order.ts'
import { directoryOf, nameOf, normalizeName } from '../../gallery/paths.ts'
import { type Attributes, type AttributeTable, type ImageAttributes, versionOf } from '../attributes.ts'
import type { Image, ImageRecord, PutResult } from '../catalog.ts'
import type { MovedFile } from '../contract/files.ts'
import { FoldLevels } from './fold-levels.ts'
import { replacedImages } from './replaced-images.ts'

type ImageRow = Selectable<Tables['images']> & { embedder: string | null }

/** SQLite accepts 32,766 parameters in a statement, PostgreSQL 65,535; a row has fewer than 60. */
const ROWS_PER_STATEMENT = 500

/** Selects images with the name of an embedder that they have a vector from, preferably the given one. */
export function selectImages(database: Connection, embedderId: number) {
  return database
    .selectFrom('images')
    .selectAll('images')
    .select((eb: ExpressionBuilder<Tables, 'images'>) =>
      eb
        .selectFrom('vectors')
        .innerJoin('embedders', 'embedders.id', 'vectors.embedder_id')
        .select('embedders.name')
        .whereRef('vectors.content_hash', '=', 'images.content_hash')
        .where('embedders.space', '=', 'image')
        .orderBy(sql`vectors.embedder_id = ${embedderId}`, 'desc')
        .orderBy('vectors.id', 'desc')
        .limit(1)
        .as('embedder'),
    )
}

/** Inserts rows, or updates those with the same paths, which keep their ids. Nothing else of the transaction changes images. */
export async function upsertImages(
  { database: transaction, dialect, attributes }: SqlDatabase & { attributes: AttributeTable },
  records: readonly ImageRecord[],
): Promise<Omit<PutResult, 'needsEmbedding'>[]> {
  const folds = await FoldLevels.begin({ database: transaction, dialect })
  const paths = records.map(({ path }) => path)
  const earlier = await transaction
    .selectFrom('images')
    .select(['id', 'path', 'content_hash', 'bytes', 'modified_at', 'inode', 'sidecar'])
    .where('path', 'in', dialect.texts(paths))
    .execute()
  await folds.before(earlier.map(({ id }) => id))
  const before = new Map(earlier.map((row) => [row.path, row]))
  const version = versionOf(attributes)
  const replaced = await replacedImages({ database: transaction, dialect }, paths)
  const rows = records.map((record) => ({
    id: record.id ?? replaced.get(record.path) ?? (randomUUID() as string),
    path: record.path,
    ...nameColumns(record.path),
    bytes: record.bytes,
    created_at: record.createdAt,
    modified_at: record.modifiedAt,
    changed_at: record.changedAt ?? null,
    inode: record.inode,
    content_hash: record.contentHash,
    sidecar: record.sidecar ?? null,
    attributes_version: record.attributesVersion ?? version,
    ...attributeColumns(attributes, record),
    ...takenColumns(record.capturedAt, record.modifiedAt),
  }))
  const placed: { id: string; path: string }[] = []
  for (let start = 0; start < rows.length; start += ROWS_PER_STATEMENT) {
    placed.push(...(await upsertRows(transaction, rows.slice(start, start + ROWS_PER_STATEMENT))))
  }
  const ids = new Map(placed.map(({ path, id }) => [path, id]))
  await folds.after([...ids.values()])
  return rows.map((row) => {
    const id = ids.get(row.path)!
    const old = before.get(row.path)
    const hasSameBytes = old?.content_hash === row.content_hash
    const isSame =
      hasSameBytes &&
      old.bytes === row.bytes &&
      old.modified_at === row.modified_at &&
      old.sidecar === row.sidecar &&
      old.inode === row.inode
    return {
      id,
      isNew: id === row.id,
      isChanged: !isSame,
      replaced: hasSameBytes ? undefined : old?.content_hash,
    }
  })
}

/** Columns that identify a row, or that follow from its path, which is the same. */
const KEPT_COLUMNS: ReadonlySet<string> = new Set([
  'id',
  'path',
  'directory',
  'name',
  'folded_name',
  'name_key',
])

function upsertRows(transaction: Connection, rows: Insertable<Tables['images']>[]) {
  const columns = Object.keys(rows[0]!).filter((column) => !KEPT_COLUMNS.has(column))
  const changes = Object.fromEntries(columns.map((column) => [column, sql.ref(`excluded.${column}`)]))
  // An edited file is no new image. Version 0.1 stored another time, and no `changed_at`.
  const createdAt = sql<number>`case when images.changed_at is null then excluded.created_at else images.created_at end`
  return transaction
    .insertInto('images')
    .values(rows)
    .onConflict((conflict) => conflict.column('path').doUpdateSet({ ...changes, created_at: createdAt }))
    .returning(['id', 'path'])
    .execute()
}

type AttributeColumns = Pick<Tables['images'], Attributes[keyof Attributes]['column']>

/** `Tables` declares the columns of `IMAGE_ATTRIBUTES`, with null where an attribute is undefined. */
export function attributeColumns(attributes: AttributeTable, values: ImageAttributes): AttributeColumns {
  const byName: Partial<Record<string, string | number>> = { ...values }
  const columns = Object.entries(attributes).map(([name, { column }]) => [column, byName[name] ?? null])
  return Object.fromEntries(columns) as AttributeColumns
}

/** Reads the attributes from the columns of a row, as `attributeColumns` writes them. */
export function attributeValues(attributes: AttributeTable, row: object): ImageAttributes {
  return addAttributes({}, attributes, row)
}

const columnsByTable = new WeakMap<AttributeTable, [name: string, column: string][]>()

/** Adds the values to an object that already has others: copying them would take as long as reading a row. */
function addAttributes<T extends object>(values: T, attributes: AttributeTable, row: object) {
  let columns = columnsByTable.get(attributes)
  if (columns === undefined) {
    columns = Object.entries(attributes).map(([name, { column }]) => [name, column])
    columnsByTable.set(attributes, columns)
  }
  const byColumn = row as Partial<Record<string, string | number | null>>
  const byName = values as Partial<Record<string, string | number>>
  for (const [name, column] of columns) byName[name] = byColumn[column] ?? undefined
  return values as T & ImageAttributes
}

/** Columns that order by capture, or by the file on the clock of this machine, as clocks of cameras have no zone. Generated columns would keep SQLite from answering from an index alone. */
export function takenColumns(capturedAt: number | null | undefined, modifiedAt: number) {
  const takenAt = capturedAt ?? onLocalClock(modifiedAt)
  const date = new Date(takenAt)
  return { taken_at: takenAt, taken_month: date.getUTCFullYear() * 100 + date.getUTCMonth() + 1 }
}

/** Columns of an image whose file has moved. It is as old as before. */
export function movedColumns(
  { path, inode, modifiedAt, changedAt }: MovedFile,
  capturedAt: number | null | undefined,
) {
  return {
    path,
    ...nameColumns(path),
    inode,
    modified_at: modifiedAt,
    changed_at: changedAt ?? null,
    ...takenColumns(capturedAt, modifiedAt),
  }
}

/** Columns that are derived from a path. */
export function nameColumns(path: string) {
  const name = nameOf(path)
  return {
    directory: directoryOf(path),
    name,
    folded_name: normalizeName(displayName(name)),
    name_key: naturalKey(displayName(name)),
  }
}

export function toImage(attributes: AttributeTable, row: ImageRow): Image {
  const image = {
    id: row.id,
    path: row.path,
    directory: row.directory,
    name: row.name,
    bytes: row.bytes,
    createdAt: row.created_at,
    modifiedAt: row.modified_at,
    contentHash: row.content_hash,
    embedder: row.embedder ?? undefined,
  }
  return addAttributes(image, attributes, row)
}
