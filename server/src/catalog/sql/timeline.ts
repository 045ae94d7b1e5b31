import { sql } from 'kysely'
import type { ImageFilter, MonthCount } from '../catalog.ts'
import { filterCondition, isOnlyFolding } from '../filters.ts'
import { isFolded } from '../fold.ts'
import type { SqlContext } from './context.ts'
import { keptCondition } from './counting.ts'

/** Counts images by month. Without a filter, the index on month, width and height has everything that is read. */
export async function timeline(context: SqlContext, filter: ImageFilter): Promise<MonthCount[]> {
  const { database, dialect } = context
  const { fold } = filter
  const isFewer = fold !== undefined && isOnlyFolding(filter)
  const isCompared = fold !== undefined && !isFewer
  const condition = isCompared
    ? (await keptCondition(context, filter)).condition
    : filterCondition(isFewer ? {} : filter, dialect)
  const [rows, folded] = await Promise.all([
    months(condition)
      .select(sql<number>`avg(cast(width as double precision) / height)`.as('aspect'))
      .execute(),
    // Few images are folded, and they have an index.
    isFewer ? months(() => isFolded(fold)).execute() : [],
  ])
  const lessBy = new Map(folded.map(({ taken_month, count }) => [taken_month, count]))
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
