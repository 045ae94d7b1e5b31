import type { SqlDatabase } from '../../database/dialect.ts'
import type { ImageFilter } from '../catalog.ts'
import { countedConditions, filterCondition } from '../filters.ts'

/** Counts the images that pass a filter. */
export async function countPassing({ database, dialect }: SqlDatabase, filter: ImageFilter): Promise<number> {
  const count = async (condition: ReturnType<typeof filterCondition>) => {
    const { images } = await database
      .selectFrom('images')
      .select((eb) => eb.fn.countAll<number>().as('images'))
      .where(condition)
      .executeTakeFirstOrThrow()
    return images
  }
  const parts = countedConditions(filter, dialect)
  if (parts === undefined) return count(filterCondition(filter, dialect))
  const [all, replaced] = await Promise.all([count(parts.all), count(parts.replaced)])
  return all - replaced
}
