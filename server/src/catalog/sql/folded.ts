import { sql } from 'kysely'
import type { FoldedImages, ImageFilter } from '../catalog.ts'
import { filterCondition } from '../filters.ts'
import { burstLength, foldedInto } from '../fold.ts'
import type { SqlContext } from './context.ts'

/** Index of the relation of `bursts` in `foldedInto`. */
const BURSTS = 2

/** An image, and one that stands for it. */
interface FoldedPair {
  id: string
  seen: string
}

/** Images that are folded into others, and those that are folded into these: copies of the raw photo of a shot. */
export async function foldedImages(
  context: SqlContext,
  ids: readonly string[],
  filter: ImageFilter,
): Promise<FoldedImages[]> {
  const { fold, ...others } = filter
  if (fold === undefined || ids.length === 0) return []
  const { dialect } = context
  const folded = new Map(ids.map((id) => [id, new Set<string>()]))
  const relations = foldedInto(fold, dialect)
  /** Images to look at next, with those that stand for them in the end. */
  let next = new Map(ids.map((id) => [id, new Set([id])]))
  while (next.size > 0) {
    const pairs = await pairsOf(context, [...next.keys()], relations, others)
    const added = new Map<string, Set<string>>()
    for (const { id, seen } of pairs)
      for (const first of next.get(seen)!) {
        if (id === first || folded.get(first)!.has(id)) continue
        folded.get(first)!.add(id)
        added.set(id, (added.get(id) ?? new Set()).add(first))
      }
    next = added
    // The first frame of a burst has all the others already.
    relations.splice(BURSTS)
  }
  return [...folded].map(([id, images]) => ({ id, folded: [...images] }))
}

async function pairsOf(
  { database, dialect }: SqlContext,
  ids: readonly string[],
  relations: ReturnType<typeof foldedInto>,
  filter: ImageFilter,
): Promise<FoldedPair[]> {
  const found: FoldedPair[] = []
  for (const [kind, relation] of relations.entries()) {
    const pairs = await database
      .selectFrom('images')
      .innerJoin('images as seen', (join) => join.on(relation))
      .select(['images.id', 'images.captured_at', 'seen.id as seen', 'seen.captured_at as begin'])
      .where('seen.id', 'in', dialect.texts(ids))
      .where(sql<boolean>`${filterCondition(filter, dialect)}`)
      .orderBy('images.captured_at')
      .execute()
    for (const [seen, group] of Map.groupBy(pairs, (pair) => pair.seen)) {
      const times = group.map(({ captured_at: time }) => time ?? 0)
      const length = kind === BURSTS ? burstLength(group[0]!.begin ?? 0, times) : group.length
      for (const { id } of group.slice(0, length)) found.push({ id, seen })
    }
  }
  return found
}
