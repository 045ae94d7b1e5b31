import type { Selectable } from 'kysely'
import type { SqlDatabase } from '../../database/dialect.ts'
import type { Tables } from '../../database/schema.ts'
import { withImageIds } from './named-images.ts'

type Member = Selectable<Tables['collection_images']>

const ROWS_PER_STATEMENT = 500

/** Adds images to a collection. Those that are in it keep their time. */
export async function addMembers(
  { database, dialect }: SqlDatabase,
  collectionId: string,
  imageIds: readonly string[],
  addedAt: number,
): Promise<void> {
  const images = await database
    .selectFrom('images')
    .select(['id', 'content_hash', 'path'])
    .where('id', 'in', dialect.texts(imageIds))
    .execute()
  const members = images.map(({ id, content_hash, path }) => ({
    collection_id: collectionId,
    image_id: id,
    content_hash,
    path,
    added_at: addedAt,
  }))
  await insertMembers({ database }, members)
}

/** Stores the current content and path of images in collections. @returns the number of changes */
export async function followContents({ database }: SqlDatabase): Promise<number> {
  const changed = await database
    .selectFrom('collection_images as members')
    .innerJoin('images', 'images.id', 'members.image_id')
    .select(['members.collection_id', 'members.image_id', 'images.content_hash', 'images.path'])
    .where((eb) =>
      eb.or([
        eb('members.content_hash', '!=', eb.ref('images.content_hash')),
        eb('members.path', '!=', eb.ref('images.path')),
      ]),
    )
    .execute()
  for (const { collection_id, image_id, content_hash, path } of changed)
    await database
      .updateTable('collection_images')
      .set({ content_hash, path })
      .where('collection_id', '=', collection_id)
      .where('image_id', '=', image_id)
      .execute()
  return changed.length
}

/**
 * Assigns images to places in collections whose own image no longer exists, by their content; of several copies, the one at the
 * same path is preferred. Saved searches name these images from then on.
 * @param contentHashes undefined: all contents
 * @returns the number of changes
 */
export async function relinkMembers(
  { database, dialect }: SqlDatabase,
  contentHashes: readonly string[] | undefined,
): Promise<number> {
  const lost = await database
    .selectFrom('collection_images as members')
    .selectAll('members')
    .$if(contentHashes !== undefined, (query) =>
      query.where('members.content_hash', 'in', dialect.texts(contentHashes!)),
    )
    .where((eb) =>
      eb.and([
        eb.not(
          eb.exists(eb.selectFrom('images').select('id').whereRef('images.id', '=', 'members.image_id')),
        ),
        eb.not(eb.exists(eb.selectFrom('trash').select('id').whereRef('trash.id', '=', 'members.image_id'))),
        // The next version of such a file is the same image.
        eb.not(
          eb.exists(
            eb.selectFrom('failures').select('path').whereRef('failures.image_id', '=', 'members.image_id'),
          ),
        ),
      ]),
    )
    .execute()
  if (lost.length === 0) return 0
  const images = await database
    .selectFrom('images')
    .select(['id', 'content_hash', 'path'])
    .where('content_hash', 'in', dialect.texts([...new Set(lost.map((member) => member.content_hash))]))
    .orderBy('path')
    .execute()
  const copies = Map.groupBy(images, (image) => image.content_hash)
  const present = await database
    .selectFrom('collection_images')
    .select(['collection_id', 'image_id'])
    .where('image_id', 'in', dialect.texts(images.map(({ id }) => id)))
    .execute()
  const taken = new Set(present.map(keyOf))
  const replaced: Member[] = []
  const added: Member[] = []
  const successors = new Map<string, Map<string, string>>()
  for (const member of lost) {
    const candidates = copies.get(member.content_hash) ?? []
    if (candidates.length === 0) continue
    const successor = candidates.find(({ path }) => path === member.path) ?? candidates[0]!
    const ofCollection = successors.get(member.collection_id) ?? new Map<string, string>()
    successors.set(member.collection_id, ofCollection.set(member.image_id, successor.id))
    const free = candidates.filter(({ id }) => !taken.has(keyOf({ ...member, image_id: id })))
    const image = free.find(({ path }) => path === member.path) ?? free[0]
    replaced.push(member)
    // Every copy is in the collection already.
    if (image === undefined) continue
    const found = { ...member, image_id: image.id, path: image.path }
    taken.add(keyOf(found))
    added.push(found)
  }
  for (const { collection_id, image_id } of replaced)
    await database
      .deleteFrom('collection_images')
      .where('collection_id', '=', collection_id)
      .where('image_id', '=', image_id)
      .execute()
  await insertMembers({ database }, added)
  await renameInSearches(database, successors)
  return replaced.length
}

/** @param successors the ids that take the place of others, by collection */
async function renameInSearches(
  database: SqlDatabase['database'],
  successors: ReadonlyMap<string, ReadonlyMap<string, string>>,
): Promise<void> {
  // Always in the same order: transactions that wait for each other's rows would end in a deadlock.
  for (const id of [...successors.keys()].sort()) {
    while (!(await renameInSearch(database, id, successors.get(id)!))) {
      // Another transaction has changed the search since it was read.
    }
  }
}

/** @returns false if the search was changed meanwhile */
async function renameInSearch(
  database: SqlDatabase['database'],
  collectionId: string,
  successors: ReadonlyMap<string, string>,
): Promise<boolean> {
  const row = await database
    .selectFrom('collections')
    .select('search')
    .where('id', '=', collectionId)
    .executeTakeFirst()
  if (row === undefined || row.search === null) return true
  const renamed = withImageIds(JSON.parse(row.search), successors)
  if (renamed === undefined) return true
  const { numUpdatedRows } = await database
    .updateTable('collections')
    .set({ search: JSON.stringify(renamed) })
    .where('id', '=', collectionId)
    .where('search', '=', row.search)
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

const keyOf = ({ collection_id, image_id }: Pick<Member, 'collection_id' | 'image_id'>) =>
  `${collection_id} ${image_id}`

async function insertMembers({ database }: Pick<SqlDatabase, 'database'>, members: Member[]): Promise<void> {
  for (let start = 0; start < members.length; start += ROWS_PER_STATEMENT)
    await database
      .insertInto('collection_images')
      .values(members.slice(start, start + ROWS_PER_STATEMENT))
      .onConflict((conflict) => conflict.doNothing())
      .execute()
}
