import type { Expression, ExpressionBuilder, SqlBool } from 'kysely'
import type { SqlDatabase } from '../../database/dialect.ts'
import type { Tables } from '../../database/schema.ts'
import type { ImageFilter } from '../catalog.ts'
import { countedConditions, filterCondition } from '../filters.ts'

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

/**
 * Returns the condition of a filter with the number of images that pass it. Images that others stand for under the filter, which take
 * longest to find, are found once for both.
 */
export async function countedCondition(
  { database, dialect }: SqlDatabase,
  filter: ImageFilter,
): Promise<{ condition: Condition; total: number }> {
  const parts = countedConditions(filter, dialect)
  if (parts === undefined)
    return {
      condition: filterCondition(filter, dialect),
      total: await countPassing({ database, dialect }, filter),
    }
  const [all, replaced] = await Promise.all([
    count(database, parts.all),
    database.selectFrom('images').select('images.id').where(parts.replaced).execute(),
  ])
  const ids = dialect.texts(replaced.map(({ id }) => id))
  return {
    condition: (eb) => eb.and([parts.all(eb), eb('images.id', 'not in', ids)]),
    total: all - replaced.length,
  }
}
