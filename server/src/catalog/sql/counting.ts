import type { Expression, ExpressionBuilder, SqlBool } from 'kysely'
import type { SqlDatabase } from '../../database/dialect.ts'
import type { Tables } from '../../database/schema.ts'
import type { ImageFilter } from '../catalog.ts'
import { countedConditions, filterCondition } from '../filters.ts'
import type { SqlContext } from './context.ts'

type Condition = (eb: ExpressionBuilder<Pick<Tables, 'images'>, 'images'>) => Expression<SqlBool>

/** Counts the images that pass a filter. */
export async function countPassing({ database, dialect }: SqlDatabase, filter: ImageFilter): Promise<number> {
  const parts = countedConditions(filter, dialect)
  if (parts === undefined) return count(database, filterCondition(filter, dialect))
  const [all, replaced] = await Promise.all([count(database, parts.all), count(database, parts.replaced)])
  return all - replaced
}

async function count(database: SqlDatabase['database'], condition: Condition): Promise<number> {
  const { images } = await database
    .selectFrom('images')
    .select((eb) => eb.fn.countAll<number>().as('images'))
    .where(condition)
    .executeTakeFirstOrThrow()
  return images
}

interface CountedCondition {
  condition: Condition
  total: number
}

/** Conditions with more ids than this are not kept. */
const MAX_KEPT_IDS = 10_000

/**
 * Returns the condition of a filter with the number of images that pass it. Images that others stand for under the filter, which take
 * longest to find, are found once for both.
 */
export async function countedCondition(
  { results, ...database }: SqlDatabase & Pick<SqlContext, 'results'>,
  filter: ImageFilter,
): Promise<CountedCondition> {
  const { counted } = await results.get(
    'countedCondition',
    filter,
    () => findCounted(database, filter),
    ({ ids }) => ids <= MAX_KEPT_IDS,
  )
  return counted
}

/** @returns also the number of ids in the condition */
async function findCounted(
  { database, dialect }: SqlDatabase,
  filter: ImageFilter,
): Promise<{ counted: CountedCondition; ids: number }> {
  const parts = countedConditions(filter, dialect)
  if (parts === undefined) {
    const total = await countPassing({ database, dialect }, filter)
    return { counted: { condition: filterCondition(filter, dialect), total }, ids: 0 }
  }
  const [all, replaced] = await Promise.all([
    count(database, parts.all),
    database.selectFrom('images').select('images.id').where(parts.replaced).execute(),
  ])
  const ids = dialect.texts(replaced.map(({ id }) => id))
  const condition: Condition = (eb) => eb.and([parts.all(eb), eb('images.id', 'not in', ids)])
  return { counted: { condition, total: all - replaced.length }, ids: replaced.length }
}
