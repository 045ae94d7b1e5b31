import { type Expression, type ExpressionBuilder, type RawBuilder, type SqlBool, sql } from 'kysely'
import type { SqlDialect } from '../database/dialect.ts'
import { BURST_GAP_MS, column, isFromSameCamera, REPLACES, type Relation } from '../database/folding.ts'
import type { Tables } from '../database/schema.ts'
import { FOLD_LEVELS, type FoldLevel } from './contract/images.ts'

type ImagesBuilder = ExpressionBuilder<Pick<Tables, 'images'>, 'images'>

/** The filter that an image has to pass to take the place of another one; undefined if all do. */
type Passes =
  | {
      condition(eb: ImagesBuilder): Expression<SqlBool>
      /** Whether all files of a shot pass it if one does. */
      isSharedByShots: boolean
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

/** Leaves out images that are, by their stored level, the further files of shots and no copies. */
const isNotOfShot = sql<SqlBool>`images.fold_level is distinct from ${sql.lit(numberOf('shots'))}`

/**
 * Returns a condition on images that pass a filter. Others stand for those that do not meet it, which the stored level shows without
 * a comparison. @returns undefined if all have to be compared
 */
export function unsettledCondition(level: FoldLevel, passes: Passes): RawBuilder<SqlBool> | undefined {
  const isSettled = passes?.isSharedByShots === true && numberOf(level) >= numberOf('shots')
  return isSettled ? isNotOfShot : undefined
}

/** The opposite of `isShown`, as the partial index of folded images needs it. */
function isFolded(level: FoldLevel) {
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
  const unsettled = unsettledCondition(level, passes)
  return eb.or([isShown(level), unsettled === undefined ? isKept : eb.and([unsettled, isKept])])
}

/** Returns the condition that an image passes, is left by `unsettledCondition`, and another one takes its place. Without `passes`, all pass. */
export function replacedCondition(
  eb: ImagesBuilder,
  level: FoldLevel,
  dialect: SqlDialect,
  passes: Passes,
): Expression<SqlBool> {
  if (passes === undefined) return isFolded(level)
  return sql<SqlBool>`images.id in (${replacedIds(eb, level, dialect, passes)})`
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
 * lets the planner of PostgreSQL join the tables as a whole. Images that `unsettledCondition` leaves out are not among them.
 */
function replacedIds(
  eb: ImagesBuilder,
  level: FoldLevel,
  dialect: SqlDialect,
  passes: NonNullable<Passes>,
): RawBuilder<unknown> {
  const unsettled = unsettledCondition(level, passes)
  const isCompared = unsettled === undefined ? sql`` : sql`and ${unsettled}`
  const selections = REPLACES.slice(0, numberOf(level)).map((relation, n) => {
    // An image that is no copy of another one is none of those that pass, either. Only copies are read if no shot is compared:
    // there are fewer of them.
    const highest = unsettled !== undefined && FOLD_LEVELS[n] === 'shots' ? 'copies' : FOLD_LEVELS[n]!
    return sql`select seen.id from images as seen
      where seen.id in (select images.id from images where ${isFolded(highest)} ${isCompared} and ${passes.condition(eb)})
      and exists (select 1 from images where ${relation('images', 'seen', dialect)} and ${passes.condition(eb)})`
  })
  return sql.join(selections, sql` union `)
}
