import { sql } from 'kysely'
import type { ImageFilter, MonthCount } from '../catalog.ts'
import { countedConditions, filterCondition } from '../filters.ts'
import type { SqlContext } from './context.ts'

/** Counts images by month. Without a filter, the index on month, width and height has everything that is read. */
export async function timeline(
  { database, dialect }: SqlContext,
  filter: ImageFilter,
): Promise<MonthCount[]> {
  const parts = countedConditions(filter, dialect)
  const [rows, replaced] = await Promise.all([
    months(parts?.all ?? filterCondition(filter, dialect))
      .select(sql<number>`avg(cast(width as double precision) / height)`.as('aspect'))
      .execute(),
    parts === undefined ? [] : months(parts.replaced).execute(),
  ])
  const lessBy = new Map(replaced.map(({ taken_month, count }) => [taken_month, count]))
  return rows.flatMap(({ taken_month, count, aspect }) => {
    const digits = String(taken_month).padStart(6, '0')
    const left = count - (lessBy.get(taken_month) ?? 0)
    if (left <= 0) return []
    return [{ month: `${digits.slice(0, 4)}-${digits.slice(4)}`, count: left, meanAspect: aspect }]
  })

  function months(condition: ReturnType<typeof filterCondition>) {
    return database
      .selectFrom('images')
      .select((eb) => ['taken_month', eb.fn.countAll<number>().as('count')])
      .where(condition)
      .groupBy('taken_month')
      .orderBy('taken_month', 'desc')
  }
}
