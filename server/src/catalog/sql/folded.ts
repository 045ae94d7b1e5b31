import { sql } from 'kysely'
import type { FoldedImages, ImageFilter } from '../catalog.ts'
import { filterCondition } from '../filters.ts'
import { burstOf, type FoldRelation, foldedInto } from '../fold.ts'
import type { SqlContext } from './context.ts'

/** Images to look at, with those that stand for them in the end. */
type Seeds = Map<string, Set<string>>

/** Images that are folded into others, and those that are folded into these: copies of the raw photo of a shot. */
export async function foldedImages(
  context: SqlContext,
  ids: readonly string[],
  filter: ImageFilter,
): Promise<FoldedImages[]> {
  const { fold, ...others } = filter
  if (fold === undefined || ids.length === 0) return []
  const folded = new Map(ids.map((id) => [id, new Set<string>()]))
  const relations = foldedInto(fold, context.dialect)
  let next: Seeds = new Map(ids.map((id) => [id, new Set([id])]))
  /** First frames, then the last ones of those parts of bursts that have been found. */
  let frames = next
  while (next.size > 0 || frames.size > 0) {
    const added: Seeds = new Map()
    const continued: Seeds = new Map()
    const found = await Promise.all(
      relations.map(async (relation) => {
        const seeds = relation.isBurst ? frames : next
        return { seeds, groups: await groupsOf(context, seeds, relation, others) }
      }),
    )
    for (const { seeds, groups } of found)
      for (const { seen, images, continues } of groups) {
        const firsts = seeds.get(seen)!
        for (const id of images) addTo(added, folded, id, firsts)
        if (continues) continued.set(images.at(-1)!, firsts)
      }
    next = added
    frames = continued
  }
  return [...folded].map(([id, images]) => ({ id, folded: [...images] }))
}

/** Adds an image to those that it is folded into, and to the next seeds if it is new there. */
function addTo(
  added: Seeds,
  folded: Map<string, Set<string>>,
  id: string,
  firsts: ReadonlySet<string>,
): void {
  for (const first of firsts) {
    if (id === first || folded.get(first)!.has(id)) continue
    folded.get(first)!.add(id)
    added.set(id, (added.get(id) ?? new Set()).add(first))
  }
}

async function groupsOf(
  { database, dialect }: SqlContext,
  seeds: Seeds,
  { isBurst, condition }: FoldRelation,
  filter: ImageFilter,
): Promise<{ seen: string; images: string[]; continues: boolean }[]> {
  if (seeds.size === 0) return []
  const pairs = await database
    .selectFrom('images')
    .innerJoin('images as seen', (join) => join.on(condition))
    .select(['images.id', 'images.captured_at', 'seen.id as seen', 'seen.captured_at as begin'])
    .where('seen.id', 'in', dialect.texts([...seeds.keys()]))
    .where(sql<boolean>`${filterCondition(filter, dialect)}`)
    .orderBy('images.captured_at')
    .orderBy('images.path')
    .execute()
  return [...Map.groupBy(pairs, (pair) => pair.seen)].map(([seen, group]) => {
    const burst = isBurst ? burstOf(group[0]!.begin ?? 0, group) : { frames: group, continues: false }
    return { seen, images: burst.frames.map(({ id }) => id), continues: burst.continues }
  })
}
