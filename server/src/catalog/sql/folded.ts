import { sql } from 'kysely'
import type { FoldedImages, ImageFilter } from '../catalog.ts'
import { filterCondition } from '../filters.ts'
import { burstLength, foldedInto } from '../fold.ts'
import type { SqlContext } from './context.ts'

/** Index of the relation of `bursts` in `foldedInto`. */
const BURSTS = 2

/** Images that are folded into others. */
export async function foldedImages(
  { database, dialect }: SqlContext,
  ids: readonly string[],
  filter: ImageFilter,
): Promise<FoldedImages[]> {
  const { fold, ...others } = filter
  if (fold === undefined || ids.length === 0) return []
  const folded = new Map(ids.map((id) => [id, new Set<string>()]))
  for (const [kind, relation] of foldedInto(fold, dialect).entries()) {
    const pairs = await database
      .selectFrom('images')
      .innerJoin('images as seen', (join) => join.on(relation))
      .select(['images.id', 'images.captured_at', 'seen.id as seen', 'seen.captured_at as begin'])
      .where('seen.id', 'in', dialect.texts(ids))
      .where(sql<boolean>`${filterCondition(others, dialect)}`)
      .orderBy('images.captured_at')
      .execute()
    for (const [seen, group] of Map.groupBy(pairs, (pair) => pair.seen)) {
      const times = group.map(({ captured_at: time }) => time ?? 0)
      const length = kind === BURSTS ? burstLength(group[0]!.begin ?? 0, times) : group.length
      for (const { id } of group.slice(0, length)) folded.get(seen)!.add(id)
    }
  }
  return [...folded].map(([id, images]) => ({ id, folded: [...images] }))
}
