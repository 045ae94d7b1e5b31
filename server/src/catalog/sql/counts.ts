import type { CatalogCounts } from '../catalog.ts'
import type { SqlContext } from './context.ts'
import { currentFailures } from './failures.ts'

/** Counting more images than this takes long. It is repeated after a multiple of the time that it took. */
const MAX_COUNTED_IMMEDIATELY = 20_000
const COUNT_BACKOFF_FACTOR = 20

/** Counts images and failures; for large galleries not at every call, and once for all calls that come while it runs. */
export function createCounter(
  { space: current }: Pick<SqlContext, 'space'>,
  count: () => Promise<CatalogCounts>,
): () => Promise<CatalogCounts> {
  /** The last count, if the gallery is large. */
  let last: { counts: CatalogCounts; space: unknown; until: number } | undefined
  let running: { counts: Promise<CatalogCounts>; space: unknown } | undefined

  async function countNow(space: unknown): Promise<CatalogCounts> {
    const start = performance.now()
    const counts = await count()
    const end = performance.now()
    const isLarge = counts.indexed + counts.unembedded > MAX_COUNTED_IMMEDIATELY
    last = isLarge ? { counts, space, until: end + (end - start) * COUNT_BACKOFF_FACTOR } : undefined
    return counts
  }

  return async () => {
    const space = current()
    // In a small gallery, a count that has begun may be older than a change that the caller has made.
    if (last?.space !== space) return countNow(space)
    if (performance.now() < last.until) return last.counts
    if (running?.space !== space) {
      const begun = { counts: countNow(space), space }
      running = begun
      const end = () => {
        if (running === begun) running = undefined
      }
      begun.counts.then(end, end)
    }
    return running.counts
  }
}

export async function countAll(context: SqlContext): Promise<CatalogCounts> {
  const { embedderId } = context.space()
  const { all, failed, seen, indexed } = await context.database
    .selectNoFrom((eb) => [
      eb.selectFrom('images').select(eb.fn.countAll<number>().as('n')).as('all'),
      currentFailures(context).select(eb.fn.countAll<number>().as('n')).as('failed'),
      currentFailures(context)
        .innerJoin('images', 'images.path', 'failures.path')
        .leftJoin('vectors', (join) =>
          join
            .onRef('vectors.content_hash', '=', 'images.content_hash')
            .on('vectors.embedder_id', '=', embedderId),
        )
        .where('vectors.content_hash', 'is', null)
        .select(eb.fn.countAll<number>().as('n'))
        .as('seen'),
      eb
        .selectFrom('images')
        .innerJoin('vectors', 'vectors.content_hash', 'images.content_hash')
        .where('vectors.embedder_id', '=', embedderId)
        .select(eb.fn.countAll<number>().as('n'))
        .as('indexed'),
    ])
    .executeTakeFirstOrThrow()
  const unembedded = (all ?? 0) - (indexed ?? 0) - (seen ?? 0)
  return { indexed: indexed ?? 0, unembedded, failed: failed ?? 0 }
}
