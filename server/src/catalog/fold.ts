import { type Expression, type ExpressionBuilder, type RawBuilder, type SqlBool, sql } from 'kysely'
import type { SqlDialect } from '../database/dialect.ts'
import { BURST_GAP_MS, column, isFromSameCamera, REPLACES, type Relation } from '../database/folding.ts'
import type { Tables } from '../database/schema.ts'
import { FOLD_LEVELS, type FoldLevel } from './contract/images.ts'

type ImagesBuilder = ExpressionBuilder<Pick<Tables, 'images'>, 'images'>

/** Why an image is folded; its place in this list is the stored level. */
const FOLD_REASONS = ['twins', ...FOLD_LEVELS] as const
export type FoldReason = (typeof FOLD_REASONS)[number]

/** The filter that an image has to pass to take the place of another one; undefined if all do. */
type Passes =
  | {
      condition(eb: ImagesBuilder): Expression<SqlBool>
      /** Whether two images pass it, or neither does, if one stands for the other for this reason. */
      isShared(reason: FoldReason): boolean
    }
  | undefined

/** Time span in which frames of a burst are looked for at once. */
const BURST_WINDOW_MS = 600_000

/** The value of `fold_level` up to which images are folded. */
const numberOf = (level: FoldLevel) => FOLD_LEVELS.indexOf(level) + 1

/** A relation of an image that is seen to those that are folded into it. */
export interface FoldRelation {
  /** A burst is followed frame by frame; see `burstOf`. */
  isBurst: boolean
  condition: RawBuilder<SqlBool>
}

export function foldedInto(level: FoldLevel, dialect: SqlDialect): FoldRelation[] {
  return REPLACES.slice(0, numberOf(level)).map((relation, n) => {
    const isBurst = FOLD_LEVELS[n] === 'bursts'
    const condition = isBurst ? isNear('seen', 'images', dialect) : relation('seen', 'images', dialect)
    return { isBurst, condition }
  })
}

const isNear: Relation = (seen, other, dialect) => {
  const begin = column(seen, 'captured_at')
  return sql<SqlBool>`${isFromSameCamera(seen, other, dialect)} and ${column(other, 'captured_at')} between ${begin} and ${begin} + ${sql.lit(BURST_WINDOW_MS)} and ${column(other, 'id')} <> ${column(seen, 'id')}`
}

interface Frame {
  captured_at: number | null
}

/**
 * Returns the frames that belong to the burst which begins at a time.
 * @param frames all frames of the camera from that time on, within the window in which they are looked for, in the order of their times
 * @returns with `continues`, the last frame may be followed by others outside of the window
 */
export function burstOf<F extends Frame>(
  begin: number,
  frames: readonly F[],
): { frames: F[]; continues: boolean } {
  let last = begin
  const end = frames.findIndex(({ captured_at: time }) => {
    const isNext = (time ?? 0) - last <= BURST_GAP_MS
    if (isNext) last = time ?? 0
    return !isNext
  })
  const isOpen = end < 0 && last > begin + BURST_WINDOW_MS - BURST_GAP_MS
  return { frames: end < 0 ? [...frames] : frames.slice(0, end), continues: isOpen }
}

/** The condition that no image at all takes the place of an image, from the stored level. */
function isShown(level: FoldLevel) {
  return sql<SqlBool>`(images.fold_level is null or images.fold_level > ${sql.lit(numberOf(level))})`
}

/** The stored levels of folded images at which a filter is shared, or is not. */
function storedLevels(level: FoldLevel, passes: NonNullable<Passes>, isShared: boolean): number[] {
  const reasons = FOLD_REASONS.slice(0, numberOf(level) + 1)
  return [...reasons.entries()].flatMap(([n, reason]) => (passes.isShared(reason) === isShared ? [n] : []))
}

const isOfLevels = (levels: readonly number[]) =>
  levels.length === 0
    ? sql<SqlBool>`false`
    : sql<SqlBool>`images.fold_level is not null and images.fold_level in (${sql.join(levels.map((n) => sql.lit(n)))})`

/**
 * Divides the images that pass a filter without a comparison, by the stored level.
 * @returns `isLeft`: no other image takes their place, or only a comparison shows it; undefined if all are left. `isCompared`: those of
 * them that have to be compared
 */
export function dividedByLevel(level: FoldLevel, passes: NonNullable<Passes>) {
  const settled = storedLevels(level, passes, true)
  // With a list instead of single comparisons, PostgreSQL expects far fewer images than there are.
  const conditions = settled.map((n) => sql`images.fold_level is distinct from ${sql.lit(n)}`)
  return {
    isLeft: conditions.length === 0 ? undefined : sql<SqlBool>`(${sql.join(conditions, sql` and `)})`,
    isCompared: sql<SqlBool>`(${isOfLevels(storedLevels(level, passes, false))})`,
  }
}

/** The opposite of `isShown`, as the partial index of folded images needs it. */
export function isFolded(level: FoldLevel) {
  return sql<SqlBool>`images.fold_level is not null and images.fold_level <= ${sql.lit(numberOf(level))}`
}

/**
 * Returns the condition that no other image takes the place of an image.
 * @param passes without it the stored level is the answer; otherwise it limits the comparison to the few images that any other one
 * stands for
 * @param isOfFew whether only a few images are tested, such as the nearest ones, rather than all that pass
 */
export function foldCondition(
  eb: ImagesBuilder,
  level: FoldLevel,
  dialect: SqlDialect,
  passes: Passes,
  isOfFew: boolean,
): Expression<SqlBool> {
  if (passes === undefined) return isShown(level)
  if (isOfFew) return eb.or([isShown(level), eb.not(isReplacedByAny(eb, level, dialect, passes))])
  const isKept = sql<SqlBool>`images.id not in (${replacedIds(eb, level, dialect, passes)})`
  const { isLeft } = dividedByLevel(level, passes)
  return eb.or([isShown(level), isLeft === undefined ? isKept : eb.and([isLeft, isKept])])
}

/** Selects those of some images that another one, which passes a filter, takes the place of. */
export function replacedAmong(
  eb: ImagesBuilder,
  level: FoldLevel,
  { dialect, passes, ids }: { dialect: SqlDialect; passes: NonNullable<Passes>; ids: readonly string[] },
): RawBuilder<{ id: string }> {
  const isReplaced = REPLACES.slice(0, numberOf(level)).map(
    (relation) =>
      sql`exists (select 1 from images where ${relation('images', 'seen', dialect)} and ${passes.condition(eb)})`,
  )
  return sql`select seen.id from images as seen where seen.id in ${dialect.texts(ids)} and (${sql.join(isReplaced, sql` or `)})`
}

function isReplacedByAny(
  eb: ImagesBuilder,
  level: FoldLevel,
  dialect: SqlDialect,
  passes: NonNullable<Passes>,
): Expression<SqlBool> {
  const isPassing = sql`exists (select 1 from images where images.id = other.id and ${passes.condition(eb)})`
  return eb.or(
    REPLACES.slice(0, numberOf(level)).map(
      (relation) =>
        sql<SqlBool>`exists (select 1 from images as other where ${relation('other', 'images', dialect)} and ${isPassing})`,
    ),
  )
}

/**
 * Selects the images that others take the place of. One selection for each relation, with a single `exists`,
 * lets the planner of PostgreSQL join the tables as a whole. Images that `dividedByLevel` does not leave are not among them.
 */
function replacedIds(
  eb: ImagesBuilder,
  level: FoldLevel,
  dialect: SqlDialect,
  passes: NonNullable<Passes>,
): RawBuilder<unknown> {
  const compared = storedLevels(level, passes, false)
  const selections = REPLACES.slice(0, numberOf(level)).map((relation, n) => {
    // An image that no other one replaces by a relation is not replaced by those that pass, either.
    const levels = compared.filter((stored) => stored <= n + 1)
    return sql`select seen.id from images as seen
      where seen.id in (select images.id from images where ${isOfLevels(levels)} and ${passes.condition(eb)})
      and exists (select 1 from images where ${relation('images', 'seen', dialect)} and ${passes.condition(eb)})`
  })
  return sql.join(selections, sql` union `)
}
