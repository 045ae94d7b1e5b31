import { type Kysely, type RawBuilder, type SqlBool, sql } from 'kysely'
import { contentTypeOf } from '../gallery/formats/index.ts'
import type { SqlDialect } from './dialect.ts'
import type { Tables } from './schema.ts'

/** A table of images by its alias. */
export type Alias = 'images' | 'other' | 'seen'
/** Whether the first image takes the place of the second one, or belongs to it. */
export type Relation = (first: Alias, second: Alias, dialect: SqlDialect) => RawBuilder<SqlBool>

/** Frames of a burst are at most this far from the one before. Many cameras store whole seconds. */
export const BURST_GAP_MS = 1_000

export const column = (alias: Alias, name: keyof Tables['images']) => sql.ref(`${alias}.${name}`)

const isEqual = (first: Alias, second: Alias, name: keyof Tables['images']) =>
  sql<SqlBool>`${column(first, name)} = ${column(second, name)}`

/** Raw photos come after the picture that every browser shows; the path makes the order total. */
export const rank = (alias: Alias) =>
  sql`case when ${column(alias, 'content_type')} = ${sql.lit(contentTypeOf('raw'))} then 1 else 0 end, ${column(alias, 'path')}`

const precedes = (first: Alias, second: Alias) => sql<SqlBool>`(${rank(first)}) < (${rank(second)})`

export const isCopy: Relation = (first, second) => isEqual(first, second, 'content_hash')

/** Columns that copies have in common unless sidecars differ or, without a capture time, the files are of different ages. */
export const TWIN_COLUMNS = [
  'taken_at',
  'content_type',
  'camera',
  'lens',
  'rating',
  'latitude',
  'longitude',
] as const

/**
 * Copies that are equal in all these columns: filters that test nothing else let both pass, or neither. `not … is distinct from` keeps
 * SQLite from looking for equal columns in an index, such as that of places, in which all images without a place are equal.
 */
export const isTwin: Relation = (first, second, dialect) => {
  const equal = TWIN_COLUMNS.map(
    (name) => sql`not (${column(first, name)} is distinct from ${column(second, name)})`,
  )
  return sql<SqlBool>`${isCopy(first, second, dialect)} and ${sql.join(equal, sql` and `)}`
}

/** One shot that the camera or a program has stored in two formats. */
export const isSameShot: Relation = (first, second, dialect) => {
  const [one, other] = [first, second].map((alias) => dialect.stem(sql.ref<string>(`${alias}.folded_name`)))
  return sql<SqlBool>`${isEqual(first, second, 'directory')} and ${isEqual(first, second, 'captured_at')} and ${one} = ${other} and ${one} <> ''`
}

export const isFromSameCamera: Relation = (first, second) =>
  sql<SqlBool>`${isEqual(first, second, 'directory')} and ${isEqual(first, second, 'camera')}`

/** Whether the first image is the frame of a burst before the second one. */
const isFrameBefore: Relation = (first, second, dialect) => {
  const [earlier, later] = [column(first, 'captured_at'), column(second, 'captured_at')]
  return sql<SqlBool>`${isFromSameCamera(first, second, dialect)} and ${earlier} between ${later} - ${sql.lit(BURST_GAP_MS)} and ${later} and (${earlier} < ${later} or ${precedes(first, second)})`
}

const ordered =
  (relation: Relation): Relation =>
  (first, second, dialect) =>
    sql<SqlBool>`${relation(first, second, dialect)} and ${precedes(first, second)}`

/** The value of `fold_level` of a copy that has a twin before it. */
export const TWIN_LEVEL = 0

/**
 * Why an image is folded, from the lowest level of folding on: `fold_level` is the position, counted from 1, or `TWIN_LEVEL`, which
 * is a copy, too.
 */
export const REPLACES: readonly Relation[] = [ordered(isCopy), ordered(isSameShot), isFrameBefore]

/** Whether another image takes the place of an image. */
function isReplaced(relation: Relation, dialect: SqlDialect) {
  return sql<SqlBool>`exists (select 1 from images as other where ${relation('other', 'images', dialect)})`
}

/** The value of `fold_level` of an image. */
export function foldLevel(dialect: SqlDialect): RawBuilder<number | null> {
  const relations = [
    [TWIN_LEVEL, ordered(isTwin)] as const,
    ...REPLACES.map((relation, n) => [n + 1, relation] as const),
  ]
  const cases = relations.map(
    ([level, relation]) => sql`when ${isReplaced(relation, dialect)} then ${sql.lit(level)}`,
  )
  return sql`case ${sql.join(cases, sql` `)} end`
}

/** Orders of lists, whose indexes also have the level, so that a jump reads nothing but the index. */
const ORDERS = ['created_at', 'modified_at', 'name_key', 'taken_at'] as const

/** Adds the level of folding of each image, with the indexes that maintain it and that answer from it. */
export async function addFoldLevels(db: Kysely<unknown>, dialect: SqlDialect): Promise<void> {
  await db.schema.alterTable('images').addColumn('fold_level', 'integer').execute()
  await db.schema.dropIndex('images_by_shot').execute()
  await sql`create index images_by_shot on images (directory, captured_at, ${dialect.stem(sql.ref('folded_name'))})`.execute(
    db,
  )
  await fillFoldLevels(db, dialect)
  for (const order of ORDERS) {
    await db.schema.dropIndex(`images_by_${order}`).execute()
    await db.schema
      .createIndex(`images_by_${order}`)
      .on('images')
      .columns([order, 'id', 'fold_level'])
      .execute()
  }
  await sql`create index images_folded on images (taken_month, fold_level) where fold_level is not null`.execute(
    db,
  )
}

/** Sets the levels of all images, the lowest one last. Images that share their content or shot are found by an index alone. */
async function fillFoldLevels(db: Kysely<unknown>, dialect: SqlDialect): Promise<void> {
  const shared = {
    content: sql`content_hash in (select content_hash from images group by content_hash having count(*) > 1)`,
    shot: sql`(directory, captured_at) in (select directory, captured_at from images where captured_at is not null group by directory, captured_at having count(*) > 1)`,
    camera: sql`camera is not null and captured_at is not null`,
  }
  const conditions = [shared.content, shared.shot, shared.camera]
  for (const [n, relation] of [...REPLACES.entries()].reverse())
    await sql`update images set fold_level = ${sql.lit(n + 1)}
      where ${conditions[n]!} and ${isReplaced(relation, dialect)}`.execute(db)
}
