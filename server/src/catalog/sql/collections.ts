import { randomUUID } from 'node:crypto'
import type { ExpressionBuilder, Selectable } from 'kysely'
import type { Connection, SqlDialect } from '../../database/dialect.ts'
import type { Tables } from '../../database/schema.ts'
import { naturalKey } from '../../gallery/natural-order.ts'
import { normalizeName } from '../../gallery/paths.ts'
import type { Collection, CollectionFilter, CollectionStore } from '../catalog.ts'
import type { CollectionChange, NewCollection } from '../contract/collections.ts'
import { starsOf } from '../contract/collections.ts'
import { addMembers, followContents, relinkMembers } from './collection-members.ts'
import { changeImages, type SqlContext } from './context.ts'
import { imageIdsIn } from './named-images.ts'

export function createSqlCollections(options: SqlContext): CollectionStore {
  return new SqlCollections(options)
}

class SqlCollections implements CollectionStore {
  readonly #database
  readonly #dialect
  readonly #context
  readonly get = async (id: string) => {
    const row = await selectCollections(this.#database).where('collections.id', '=', id).executeTakeFirst()
    return row && toCollection(row)
  }

  constructor(context: SqlContext) {
    this.#database = context.database
    this.#dialect = context.dialect
    this.#context = context
  }

  async list(filter: CollectionFilter): Promise<{ collections: Collection[]; total: number }> {
    const condition = visible(filter, this.#dialect)
    const all = await this.#database
      .selectFrom('collections')
      .select(['id', 'name'])
      .where(condition)
      .orderBy('id')
      .execute()
    // People make few enough to order all of them here.
    const keys = new Map(all.map(({ id, name }) => [id, naturalKey(name)]))
    const ids = [...keys.keys()].sort((a, b) => compareTexts(keys.get(a)!, keys.get(b)!))
    const page = ids.slice(filter.offset, filter.offset + filter.limit)
    const rows = await selectCollections(this.#database)
      .where('collections.id', 'in', this.#dialect.texts(page))
      .execute()
    const byId = new Map(rows.map((row) => [row.id, toCollection(row)]))
    return { collections: page.flatMap((id) => byId.get(id) ?? []), total: ids.length }
  }

  async create({ name, ownerId, isShared, search }: NewCollection): Promise<Collection> {
    const id = randomUUID()
    const now = Date.now()
    const row = {
      id,
      kind: search === undefined ? ('images' as const) : ('search' as const),
      owner_id: ownerId,
      ...named(name),
      is_shared: Number(isShared),
      search: search === undefined ? null : JSON.stringify(search),
      created_at: now,
      modified_at: now,
    }
    await this.#database.transaction().execute(async (transaction) => {
      await transaction.insertInto('collections').values(row).execute()
      if (search !== undefined) await this.#keepImages(transaction, id, search)
    })
    return (await this.get(id))!
  }

  async update(id: string, { name, isShared, search }: CollectionChange): Promise<boolean> {
    return this.#database.transaction().execute(async (transaction) => {
      const { numUpdatedRows } = await transaction
        .updateTable('collections')
        .set({
          ...(name !== undefined && named(name)),
          ...(isShared !== undefined && { is_shared: Number(isShared) }),
          ...(search !== undefined && { search: JSON.stringify(search) }),
          modified_at: Date.now(),
        })
        .where('id', '=', id)
        .where('kind', '!=', 'stars')
        .executeTakeFirstOrThrow()
      if (numUpdatedRows === 0n) return false
      if (search !== undefined) await this.#keepImages(transaction, id, search)
      return true
    })
  }

  /** Keeps the images that a search names as members, by which they are found again under other ids. */
  async #keepImages(transaction: Connection, id: string, search: unknown): Promise<void> {
    await transaction.deleteFrom('collection_images').where('collection_id', '=', id).execute()
    await addMembers({ database: transaction, dialect: this.#dialect }, id, imageIdsIn(search), Date.now())
  }

  async delete(id: string): Promise<boolean> {
    return changeImages(this.#context, async (transaction) => {
      const { numDeletedRows } = await transaction
        .deleteFrom('collections')
        .where('id', '=', id)
        .where('kind', '!=', 'stars')
        .executeTakeFirstOrThrow()
      if (numDeletedRows === 0n) return false
      await transaction.deleteFrom('collection_images').where('collection_id', '=', id).execute()
      return true
    })
  }

  async change(
    id: string,
    { add = [], remove = [] }: { add?: readonly string[]; remove?: readonly string[] },
  ): Promise<void> {
    await changeImages(this.#context, async (transaction) => {
      const now = Date.now()
      const { numUpdatedRows } = await transaction
        .updateTable('collections')
        .set({ modified_at: now })
        .where('id', '=', id)
        .executeTakeFirstOrThrow()
      // It was deleted meanwhile.
      if (numUpdatedRows === 0n) return
      await removeMembers(transaction, this.#dialect, id, remove)
      await addMembers({ database: transaction, dialect: this.#dialect }, id, add, now)
    })
  }

  async star(ownerId: string, imageIds: readonly string[], isStarred: boolean): Promise<void> {
    await changeImages(this.#context, async (transaction) => {
      if (!isStarred) return removeMembers(transaction, this.#dialect, starsOf(ownerId), imageIds)
      const now = Date.now()
      await transaction
        .insertInto('collections')
        .values({
          id: starsOf(ownerId),
          kind: 'stars',
          owner_id: ownerId,
          ...named(''),
          is_shared: 0,
          search: null,
          created_at: now,
          modified_at: now,
        })
        .onConflict((conflict) => conflict.doNothing())
        .execute()
      await addMembers({ database: transaction, dialect: this.#dialect }, starsOf(ownerId), imageIds, now)
    })
  }

  async starred(ownerId: string, imageIds: readonly string[]): Promise<string[]> {
    const rows = await this.#database
      .selectFrom('collection_images')
      .select('image_id')
      .where('collection_id', '=', starsOf(ownerId))
      .where('image_id', 'in', this.#dialect.texts(imageIds))
      .execute()
    return rows.map((row) => row.image_id)
  }

  async searches(): Promise<unknown[]> {
    const rows = await this.#database
      .selectFrom('collections')
      .select('search')
      .where('kind', '=', 'search')
      .execute()
    return rows.map((row) => JSON.parse(row.search!) as unknown)
  }

  async removePrivate(ownerIds: readonly string[]): Promise<unknown[]> {
    return changeImages(this.#context, async (transaction) => {
      const removed = await transaction
        .deleteFrom('collections')
        .where('is_shared', '=', 0)
        .where('owner_id', 'in', this.#dialect.texts(ownerIds))
        .returning(['id', 'search'])
        .execute()
      const ids = this.#dialect.texts(removed.map(({ id }) => id))
      await transaction.deleteFrom('collection_images').where('collection_id', 'in', ids).execute()
      return removed.flatMap(({ search }) => (search === null ? [] : [JSON.parse(search) as unknown]))
    })
  }

  async refresh(): Promise<number> {
    const changes = await this.#database.transaction().execute(async (transaction) => {
      const followed = await followContents({ database: transaction, dialect: this.#dialect })
      return followed + (await relinkMembers({ database: transaction, dialect: this.#dialect }, undefined))
    })
    if (changes > 0) this.#context.changed()
    return changes
  }
}

function named(name: string) {
  return { name, folded_name: normalizeName(name) }
}

/** Selects collections with the number of their images and their cover. */
function selectCollections(database: Connection) {
  const members = (eb: ExpressionBuilder<Tables, 'collections'>) =>
    eb
      .selectFrom('collection_images as members')
      .innerJoin('images', 'images.id', 'members.image_id')
      .whereRef('members.collection_id', '=', 'collections.id')
  const newest = (eb: ExpressionBuilder<Tables, 'collections'>) =>
    members(eb).orderBy('members.added_at', 'desc').orderBy('members.image_id').limit(1)
  return database
    .selectFrom('collections')
    .selectAll('collections')
    .select((eb) => [
      members(eb)
        .select((inner) => inner.fn.countAll<number>().as('n'))
        .as('images'),
      newest(eb).select('images.id').as('cover_id'),
      newest(eb).select('images.content_hash').as('cover_hash'),
    ])
}

type CollectionRow = Selectable<Tables['collections']> & {
  images: number | null
  cover_id: string | null
  cover_hash: string | null
}

function toCollection(row: CollectionRow): Collection {
  const { cover_id: id, cover_hash: contentHash } = row
  // The members of a search are those that it names, not those that it finds.
  const isSearch = row.search !== null
  return {
    id: row.id,
    name: row.name,
    ownerId: row.owner_id,
    isShared: row.is_shared === 1,
    search: isSearch ? JSON.parse(row.search!) : undefined,
    createdAt: row.created_at,
    modifiedAt: row.modified_at,
    images: isSearch ? 0 : (row.images ?? 0),
    cover: isSearch || id === null || contentHash === null ? undefined : { id, contentHash },
  }
}

const compareTexts = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)

function visible({ ownerId, nameContains, imageId }: CollectionFilter, dialect: SqlDialect) {
  return (eb: ExpressionBuilder<Tables, 'collections'>) =>
    eb.and([
      eb('collections.kind', '!=', 'stars'),
      eb.or([eb('owner_id', 'in', [ownerId, '']), eb('is_shared', '=', 1)]),
      ...(nameContains
        ? [dialect.contains(eb.ref('collections.folded_name'), normalizeName(nameContains))]
        : []),
      ...(imageId === undefined
        ? []
        : [
            eb('collections.kind', '=', 'images'),
            eb.exists(
              eb
                .selectFrom('collection_images')
                .select('image_id')
                .whereRef('collection_id', '=', 'collections.id')
                .where('image_id', '=', imageId),
            ),
          ]),
    ])
}

async function removeMembers(
  transaction: Connection,
  dialect: SqlDialect,
  collectionId: string,
  imageIds: readonly string[],
): Promise<void> {
  await transaction
    .deleteFrom('collection_images')
    .where('collection_id', '=', collectionId)
    .where('image_id', 'in', dialect.texts(imageIds))
    .execute()
}
