import { randomUUID } from 'node:crypto'
import { type ExpressionBuilder, type Insertable, type Selectable, sql } from 'kysely'
import type { Connection, SqlDatabase } from '../../database/dialect.ts'
import type { Tables } from '../../database/schema.ts'
import { displayName } from '../../gallery/file-names.ts'
import { directoryOf, nameOf, normalizeName } from '../../gallery/paths.ts'
import type { Image, ImageRecord, PutResult } from '../catalog.ts'

type ImageRow = Selectable<Tables['images']> & { embedder: string | null }

/** SQLite accepts 32,766 parameters in a statement, PostgreSQL 65,535; a row has 13. */
const ROWS_PER_STATEMENT = 1000

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
        .orderBy(sql`vectors.embedder_id = ${embedderId}`, 'desc')
        .orderBy('vectors.id', 'desc')
        .limit(1)
        .as('embedder'),
    )
}

/** Inserts rows, or updates those with the same paths, which keep their ids. */
export async function upsertImages(
  { database: transaction, dialect }: SqlDatabase,
  records: readonly ImageRecord[],
): Promise<Omit<PutResult, 'needsEmbedding'>[]> {
  const paths = records.map(({ path }) => path)
  const earlier = await transaction
    .selectFrom('images')
    .select(['path', 'content_hash', 'bytes', 'modified_at', 'inode'])
    .where('path', 'in', dialect.texts(paths))
    .execute()
  const before = new Map(earlier.map((row) => [row.path, row]))
  const rows = records.map((record) => ({
    id: randomUUID() as string,
    path: record.path,
    ...nameColumns(record.path),
    bytes: record.bytes,
    width: record.width,
    height: record.height,
    content_type: record.contentType,
    created_at: record.createdAt,
    modified_at: record.modifiedAt,
    changed_at: record.changedAt ?? null,
    inode: record.inode,
    content_hash: record.contentHash,
  }))
  const placed: { id: string; path: string }[] = []
  for (let start = 0; start < rows.length; start += ROWS_PER_STATEMENT) {
    placed.push(...(await upsertRows(transaction, rows.slice(start, start + ROWS_PER_STATEMENT))))
  }
  const ids = new Map(placed.map(({ path, id }) => [path, id]))
  return rows.map((row) => {
    const id = ids.get(row.path)!
    const old = before.get(row.path)
    const hasSameBytes = old?.content_hash === row.content_hash
    const isSame =
      hasSameBytes &&
      old.bytes === row.bytes &&
      old.modified_at === row.modified_at &&
      old.inode === row.inode
    return {
      id,
      isNew: id === row.id,
      isChanged: !isSame,
      replaced: hasSameBytes ? undefined : old?.content_hash,
    }
  })
}

function upsertRows(transaction: Connection, rows: Insertable<Tables['images']>[]) {
  return transaction
    .insertInto('images')
    .values(rows)
    .onConflict((conflict) =>
      conflict.column('path').doUpdateSet((eb) => ({
        bytes: eb.ref('excluded.bytes'),
        width: eb.ref('excluded.width'),
        height: eb.ref('excluded.height'),
        content_type: eb.ref('excluded.content_type'),
        created_at: eb.ref('excluded.created_at'),
        modified_at: eb.ref('excluded.modified_at'),
        changed_at: eb.ref('excluded.changed_at'),
        inode: eb.ref('excluded.inode'),
        content_hash: eb.ref('excluded.content_hash'),
      })),
    )
    .returning(['id', 'path'])
    .execute()
}

/** Columns that are derived from a path. */
export function nameColumns(path: string): { directory: string; name: string; folded_name: string } {
  const name = nameOf(path)
  return { directory: directoryOf(path), name, folded_name: normalizeName(displayName(name)) }
}

export function toImage(row: ImageRow): Image {
  return {
    id: row.id,
    path: row.path,
    directory: row.directory,
    name: row.name,
    bytes: row.bytes,
    width: row.width,
    height: row.height,
    contentType: row.content_type,
    createdAt: row.created_at,
    modifiedAt: row.modified_at,
    contentHash: row.content_hash,
    embedder: row.embedder ?? undefined,
  }
}
