import { sql } from 'kysely'
import type { ImageFilter, MonthCount } from '../catalog.ts'
import { filterCondition } from '../filters.ts'
import type { SqlContext } from './context.ts'

/** Counts images by month. Without a filter, the index on month, width and height has everything that is read. */
export async function timeline(
  { database, dialect }: SqlContext,
  filter: ImageFilter,
): Promise<MonthCount[]> {
  const rows = await database
    .selectFrom('images')
    .select((eb) => [
      'taken_month',
      eb.fn.countAll<number>().as('count'),
      sql<number>`avg(cast(width as double precision) / height)`.as('aspect'),
    ])
    .where(filterCondition(filter, dialect))
    .groupBy('taken_month')
    .orderBy('taken_month', 'desc')
    .execute()
  return rows.map(({ taken_month, count, aspect }) => {
    const digits = String(taken_month).padStart(6, '0')
    return { month: `${digits.slice(0, 4)}-${digits.slice(4)}`, count, meanAspect: aspect }
  })
}
