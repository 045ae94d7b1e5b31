import { type Expression, type ExpressionBuilder, expressionBuilder, type SqlBool, sql } from 'kysely'
import type { SqlDatabase } from '../../database/dialect.ts'
import type { Tables } from '../../database/schema.ts'
import type { ImageFilter } from '../catalog.ts'
import type { FoldLevel } from '../contract/images.ts'
import { filterCondition, passesOf } from '../filters.ts'
import { dividedByLevel, isFolded, replacedAmong } from '../fold.ts'
import type { SqlContext } from './context.ts'

type Condition = (eb: ExpressionBuilder<Pick<Tables, 'images'>, 'images'>) => Expression<SqlBool>

interface CountedCondition {
  condition: Condition
  total: number
}

/** A counted condition with the number of ids in it. */
interface Counted {
  counted: CountedCondition
  ids: number
}

/** Conditions with more ids than this are not kept. */
const MAX_KEPT_IDS = 10_000
/** Ids do not contain it. */
const SEPARATOR = ' '

/**
 * Returns the condition of a filter with the number of images that pass it. Images that others stand for under the filter, which take
 * longest to find, are found once for both.
 */
export async function countCondition(database: SqlDatabase, filter: ImageFilter): Promise<CountedCondition> {
  return (await findCounted(database, filter)).counted
}

/** As `countCondition`, kept until an image changes. */
export async function keptCondition(
  { results, ...database }: SqlDatabase & Pick<SqlContext, 'results'>,
  filter: ImageFilter,
): Promise<CountedCondition> {
  const find = () => findCounted(database, filter)
  const { counted } = await results.get('keptCondition', filter, find, ({ ids }) => ids <= MAX_KEPT_IDS)
  return counted
}

async function findCounted({ database, dialect }: SqlDatabase, filter: ImageFilter): Promise<Counted> {
  const { fold, ...others } = filter
  const condition = filterCondition(filter, dialect)
  if (fold === undefined) return { counted: { condition, total: await count(database, condition) }, ids: 0 }
  const passes = passesOf(others, dialect)
  if (passes !== undefined) return findReplaced({ database, dialect }, fold, passes)
  // Few images are folded, and they have an index.
  const every = filterCondition({}, dialect)
  const [all, folded] = await Promise.all([count(database, every), count(database, () => isFolded(fold))])
  return { counted: { condition, total: all - folded }, ids: 0 }
}

/** Counts the images that pass and finds those that have to be compared in one pass, and then compares these. */
async function findReplaced(
  { database, dialect }: SqlDatabase,
  fold: FoldLevel,
  passes: NonNullable<ReturnType<typeof passesOf>>,
): Promise<Counted> {
  const { isLeft, isCompared } = dividedByLevel(fold, passes)
  const { left, compared } = await database
    .selectFrom('images')
    .select([
      sql<number>`count(*) ${isLeft === undefined ? sql`` : sql`filter (where ${isLeft})`}`.as('left'),
      sql<string | null>`string_agg(images.id, ${sql.lit(SEPARATOR)}) filter (where ${isCompared})`.as(
        'compared',
      ),
    ])
    .where(passes.condition)
    .executeTakeFirstOrThrow()
  const ids = await replacedOf({ database, dialect }, fold, passes, compared?.split(SEPARATOR) ?? [])
  const replaced = dialect.texts(ids)
  const condition: Condition = (eb) =>
    eb.and([
      passes.condition(eb),
      ...(isLeft === undefined ? [] : [isLeft]),
      ...(ids.length === 0 ? [] : [eb('images.id', 'not in', replaced)]),
    ])
  return { counted: { condition, total: left - ids.length }, ids: ids.length }
}

async function replacedOf(
  { database, dialect }: SqlDatabase,
  fold: FoldLevel,
  passes: NonNullable<ReturnType<typeof passesOf>>,
  ids: readonly string[],
): Promise<string[]> {
  if (ids.length === 0) return []
  const { rows } = await replacedAmong(expressionBuilder<Pick<Tables, 'images'>, 'images'>(), fold, {
    dialect,
    passes,
    ids,
  }).execute(database)
  return rows.map(({ id }) => id)
}

async function count(database: SqlDatabase['database'], condition: Condition): Promise<number> {
  const { images } = await database
    .selectFrom('images')
    .select((eb) => eb.fn.countAll<number>().as('images'))
    .where(condition)
    .executeTakeFirstOrThrow()
  return images
}
