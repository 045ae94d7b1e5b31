import { type Selectable, sql } from 'kysely'
import type { Tables } from '../../database/schema.ts'
import { normalizeName } from '../../gallery/paths.ts'
import type { Image, TrashedImage, TrashStore } from '../catalog.ts'
import type { Page } from '../contract/page.ts'
import type { TrashFilter, TrashPlace } from '../contract/trash.ts'
import { changeImages, type SqlContext } from './context.ts'
import { FoldLevels } from './fold-levels.ts'
import { attributeColumns, movedColumns, nameColumns, takenColumns, toImage } from './image-rows.ts'

type ImageRow = Selectable<Tables['images']>

export function createSqlTrash(options: SqlContext): TrashStore {
  return new SqlTrash(options)
}

class SqlTrash implements TrashStore {
  readonly #database
  readonly #dialect
  readonly #context
  readonly #attributes
  readonly #toTrashed = (row: Selectable<Tables['trash']>): TrashedImage => ({
    image: toImage(this.#attributes, { ...(JSON.parse(row.image) as ImageRow), embedder: null }),
    deletedAt: row.deleted_at,
    place: row.place,
    file: row.file,
  })

  constructor(context: SqlContext) {
    const { database, dialect, attributes } = context
    this.#database = database
    this.#dialect = dialect
    this.#context = context
    this.#attributes = attributes
  }

  async put(imageId: string, { place, file }: TrashPlace, deletedAt: number): Promise<boolean> {
    return changeImages(this.#context, async (transaction) => {
      const folds = await FoldLevels.begin({ database: transaction, dialect: this.#dialect })
      await folds.before([imageId])
      const image = await transaction
        .deleteFrom('images')
        .where('id', '=', imageId)
        .returningAll()
        .executeTakeFirst()
      if (image === undefined) return false
      await folds.after([])
      await transaction.deleteFrom('failures').where('path', '=', image.path).execute()
      await transaction
        .insertInto('trash')
        .values({
          id: imageId,
          content_hash: image.content_hash,
          deleted_at: deletedAt,
          place,
          file,
          image: JSON.stringify(image),
        })
        .execute()
      return true
    })
  }

  async setPlace(imageId: string, { place, file }: TrashPlace): Promise<boolean> {
    const { numUpdatedRows } = await this.#database
      .updateTable('trash')
      .set({ place, file })
      .where('id', '=', imageId)
      .executeTakeFirstOrThrow()
    return numUpdatedRows > 0n
  }

  async get(imageIds: string[]): Promise<TrashedImage[]> {
    const rows = await this.#database
      .selectFrom('trash')
      .selectAll()
      .where('id', 'in', this.#dialect.texts(imageIds))
      .execute()
    return rows.map(this.#toTrashed)
  }

  async list({
    nameContains,
    offset,
    limit,
  }: TrashFilter & Page): Promise<{ images: TrashedImage[]; total: number }> {
    const name = this.#dialect.jsonText(sql.ref('trash.image'), 'folded_name')
    const matching = this.#database
      .selectFrom('trash')
      .$if(Boolean(nameContains), (query) =>
        query.where(this.#dialect.contains(name, normalizeName(nameContains!))),
      )
    const { total } = await matching
      .select((eb) => eb.fn.countAll<number>().as('total'))
      .executeTakeFirstOrThrow()
    const rows = await matching
      .selectAll()
      .orderBy('deleted_at', 'desc')
      .orderBy('id')
      .limit(limit)
      .offset(offset)
      .execute()
    return { images: rows.map(this.#toTrashed), total }
  }

  async bytes(): Promise<number> {
    const bytes = this.#dialect.jsonText(sql.ref('trash.image'), 'bytes')
    const { total } = await this.#database
      .selectFrom('trash')
      .select(sql<number>`coalesce(cast(sum(cast(${bytes} as bigint)) as double precision), 0)`.as('total'))
      .executeTakeFirstOrThrow()
    return total
  }

  async deletedBefore(time: number, { offset, limit }: Page): Promise<TrashedImage[]> {
    const rows = await this.#database
      .selectFrom('trash')
      .selectAll()
      .where('deleted_at', '<', time)
      .orderBy('deleted_at')
      .orderBy('id')
      .limit(limit)
      .offset(offset)
      .execute()
    return rows.map(this.#toTrashed)
  }

  async restore(imageId: string, to?: Parameters<TrashStore['restore']>[1]): Promise<boolean> {
    return changeImages(this.#context, async (transaction) => {
      const trashed = await transaction
        .deleteFrom('trash')
        .where('id', '=', imageId)
        .returning('image')
        .executeTakeFirst()
      if (trashed === undefined) return false
      const image = JSON.parse(trashed.image) as ImageRow
      const row = to === undefined ? image : { ...image, ...movedColumns(to, image.captured_at) }
      const folds = await FoldLevels.begin({ database: transaction, dialect: this.#dialect })
      // The scan may have found the file before.
      const found = await transaction
        .selectFrom('images')
        .select('id')
        .where('path', '=', row.path)
        .executeTakeFirst()
      if (found !== undefined) await folds.before([found.id])
      await transaction.deleteFrom('images').where('path', '=', row.path).execute()
      await transaction.deleteFrom('failures').where('path', '=', row.path).execute()
      await transaction.insertInto('images').values(row).execute()
      await folds.after([row.id])
      return true
    })
  }

  async adopt(images: readonly TrashedImage[]): Promise<number> {
    const ids = this.#dialect.texts(images.map(({ image }) => image.id))
    const known = await this.#database
      .selectFrom('trash')
      .select('id')
      .where('id', 'in', ids)
      .union(this.#database.selectFrom('images').select('id').where('id', 'in', ids))
      .execute()
    const isKnown = new Set(known.map(({ id }) => id))
    const rows = images
      .filter(({ image }) => !isKnown.has(image.id))
      .map(({ image, deletedAt, place, file }) => ({
        ...{ id: image.id, content_hash: image.contentHash, deleted_at: deletedAt, place, file },
        image: JSON.stringify(this.#rowOf(image)),
      }))
    if (rows.length === 0) return 0
    // A copy of the folder of a deleted image has the same record.
    const { numInsertedOrUpdatedRows: added } = await this.#database
      .insertInto('trash')
      .values(rows)
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirstOrThrow()
    return Number(added)
  }

  /** The row of an image whose file is not at its place. Its metadata is read again when it is restored. */
  #rowOf(image: Image): ImageRow {
    return {
      id: image.id,
      path: image.path,
      ...nameColumns(image.path),
      bytes: image.bytes,
      created_at: image.createdAt,
      modified_at: image.modifiedAt,
      changed_at: null,
      inode: '0',
      content_hash: image.contentHash,
      attributes_version: 0,
      ...attributeColumns(this.#attributes, image),
      ...takenColumns(image.capturedAt, image.modifiedAt),
      fold_level: null,
      sidecar: null,
    }
  }

  async remove(imageIds: string[]): Promise<void> {
    await this.#database.deleteFrom('trash').where('id', 'in', this.#dialect.texts(imageIds)).execute()
  }
}
