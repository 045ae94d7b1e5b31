import type { SqlDatabase } from '../../database/dialect.ts'

/** @returns the ids of images that failed versions of these files have replaced, by path */
export async function replacedImages(
  { database, dialect }: SqlDatabase,
  paths: readonly string[],
): Promise<Map<string, string>> {
  const rows = await database
    .selectFrom('failures')
    .select(['path', 'image_id'])
    .where('path', 'in', dialect.texts(paths))
    .where('image_id', 'is not', null)
    // Another image may have come with this id since, from the trash or another catalog.
    .where(({ not, exists, selectFrom }) =>
      not(exists(selectFrom('images').select('images.id').whereRef('images.id', '=', 'failures.image_id'))),
    )
    .where(({ not, exists, selectFrom }) =>
      not(exists(selectFrom('trash').select('trash.id').whereRef('trash.id', '=', 'failures.image_id'))),
    )
    .execute()
  return new Map(rows.map(({ path, image_id }) => [path, image_id!]))
}
