import { type Expression, type ExpressionBuilder, type RawBuilder, type SqlBool, sql } from 'kysely'
import type { SqlDialect } from '../database/dialect.ts'
import type { Tables } from '../database/schema.ts'
import { contentTypeOf } from '../gallery/formats/index.ts'
import type { FoldLevel } from './contract/images.ts'

/** A table of images by its alias. */
type Alias = 'images' | 'other' | 'seen'
type ImagesBuilder = ExpressionBuilder<Pick<Tables, 'images'>, 'images'>
type Passes = ((eb: ImagesBuilder) => Expression<SqlBool>) | undefined
type Relation = (first: Alias, second: Alias, dialect: SqlDialect) => RawBuilder<SqlBool>

/** Frames of a burst are at most this far from the one before. Many cameras store whole seconds. */
const BURST_GAP_MS = 1_000
/** Maximum time between the first and the last frame of a burst. */
const MAX_BURST_MS = 600_000

const column = (alias: Alias, name: keyof Tables['images']) => sql.ref(`${alias}.${name}`)

const isEqual = (first: Alias, second: Alias, name: keyof Tables['images']) =>
  sql<SqlBool>`${column(first, name)} = ${column(second, name)}`

/** Raw photos come after the picture that every browser shows; the path makes the order total. */
function precedes(first: Alias, second: Alias): RawBuilder<SqlBool> {
  const rank = (alias: Alias) =>
    sql`(case when ${column(alias, 'content_type')} = ${sql.lit(contentTypeOf('raw'))} then 1 else 0 end, ${column(alias, 'path')})`
  return sql<SqlBool>`${rank(first)} < ${rank(second)}`
}

const isCopy: Relation = (first, second) => isEqual(first, second, 'content_hash')

/** One shot that the camera or a program has stored in two formats. */
const isSameShot: Relation = (first, second, dialect) => {
  const [one, other] = [first, second].map((alias) => dialect.stem(sql.ref<string>(`${alias}.folded_name`)))
  return sql<SqlBool>`${isEqual(first, second, 'captured_at')} and ${isEqual(first, second, 'directory')} and ${one} = ${other} and ${one} <> ''`
}

const isFromSameCamera: Relation = (first, second) =>
  sql<SqlBool>`${isEqual(first, second, 'directory')} and ${isEqual(first, second, 'camera')}`

/** Whether the first image is the frame of a burst before the second one. */
const isFrameBefore: Relation = (first, second, dialect) => {
  const [earlier, later] = [column(first, 'captured_at'), column(second, 'captured_at')]
  return sql<SqlBool>`${isFromSameCamera(first, second, dialect)} and ${earlier} between ${later} - ${sql.lit(BURST_GAP_MS)} and ${later} and (${earlier} < ${later} or ${precedes(first, second)})`
}

/** Whether an image takes the place of another one that is folded, for each kind of folding. */
const REPLACES: Record<FoldLevel, readonly Relation[]> = {
  copies: [ordered(isCopy)],
  shots: [ordered(isCopy), ordered(isSameShot)],
  bursts: [ordered(isCopy), ordered(isSameShot), isFrameBefore],
}

function ordered(relation: Relation): Relation {
  return (first, second, dialect) =>
    sql<SqlBool>`${relation(first, second, dialect)} and ${precedes(first, second)}`
}

/** Relations of an image that is seen to those that are folded into it. A burst is followed frame by frame. */
export function foldedInto(level: FoldLevel, dialect: SqlDialect): RawBuilder<SqlBool>[] {
  const [seen, folded] = [column('seen', 'captured_at'), column('images', 'captured_at')]
  const isNear = sql<SqlBool>`${isFromSameCamera('seen', 'images', dialect)} and ${folded} between ${seen} and ${seen} + ${sql.lit(MAX_BURST_MS)} and images.id <> seen.id`
  return REPLACES[level].map((relation) =>
    relation === isFrameBefore ? isNear : relation('seen', 'images', dialect),
  )
}

/** Returns the number of frames, in the order of their times, that belong to the burst which begins at a time. */
export function burstLength(begin: number, times: readonly number[]): number {
  let last = begin
  const end = times.findIndex((time) => {
    const isNext = time - last <= BURST_GAP_MS
    last = time
    return !isNext
  })
  return end < 0 ? times.length : end
}

/** Contents and shots of several images, read from indexes alone. */
const SHARED_CONTENT = sql<SqlBool>`images.content_hash in (select content_hash from images group by content_hash having count(*) > 1)`
const SHARED_SHOT = sql<SqlBool>`(images.captured_at, images.directory) in (select captured_at, directory from images where captured_at is not null group by captured_at, directory having count(*) > 1)`

/**
 * Returns the condition that another image takes the place of an image. Few images share their content or shot with others, and
 * only these are compared, so that counting them is faster than counting the rest.
 * @param passes as for `foldCondition`
 */
export function replacedCondition(
  eb: ImagesBuilder,
  level: Exclude<FoldLevel, 'bursts'>,
  dialect: SqlDialect,
  passes: Passes,
): Expression<SqlBool> {
  const shared = [SHARED_CONTENT, SHARED_SHOT]
  return eb.or(
    REPLACES[level].map((relation, n) => eb.and([shared[n]!, isReplaced(eb, relation, dialect, passes)])),
  )
}

/**
 * Returns the condition that no other image takes the place of an image.
 * @param passes the filter that such an image has to pass, too; undefined if all do
 */
export function foldCondition(
  eb: ImagesBuilder,
  level: FoldLevel,
  dialect: SqlDialect,
  passes: Passes,
): Expression<SqlBool> {
  return eb.and(REPLACES[level].map((relation) => eb.not(isReplaced(eb, relation, dialect, passes))))
}

function isReplaced(
  eb: ImagesBuilder,
  relation: Relation,
  dialect: SqlDialect,
  passes: Passes,
): RawBuilder<SqlBool> {
  const isFiltered =
    passes === undefined
      ? sql``
      : sql` and exists (select 1 from images where images.id = other.id and ${passes(eb)})`
  return sql<SqlBool>`exists (select 1 from images as other where ${relation('other', 'images', dialect)}${isFiltered})`
}
