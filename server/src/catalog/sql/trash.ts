import type { Selectable } from 'kysely'
import type { Tables } from '../../database/schema.ts'
import type { TrashedImage, TrashStore } from '../catalog.ts'
import type { SqlContext } from './context.ts'
import { nameColumns, takenColumns, toImage } from './image-rows.ts'

type ImageRow = Selectable<Tables['images']>

export function createSqlTrash({ database, dialect, vectors, attributes }: SqlContext): TrashStore {
  const toTrashed = (row: Selectable<Tables['trash']>): TrashedImage => ({
    image: toImage(attributes, { ...(JSON.parse(row.image) as ImageRow), embedder: null }),
    deletedAt: row.deleted_at,
    place: row.place,
    file: row.file,
  })
  return {
    async put(imageId, { place, file }, deletedAt) {
      vectors.changed()
      return database.transaction().execute(async (transaction) => {
        const image = await transaction
          .deleteFrom('images')
          .where('id', '=', imageId)
          .returningAll()
          .executeTakeFirst()
        if (image === undefined) return false
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
    },

    async get(imageIds) {
      const rows = await database
        .selectFrom('trash')
        .selectAll()
        .where('id', 'in', dialect.texts(imageIds))
        .execute()
      return rows.map(toTrashed)
    },

    async list({ offset, limit }) {
      const { total } = await database
        .selectFrom('trash')
        .select((eb) => eb.fn.countAll<number>().as('total'))
        .executeTakeFirstOrThrow()
      const rows = await database
        .selectFrom('trash')
        .selectAll()
        .orderBy('deleted_at', 'desc')
        .orderBy('id')
        .limit(limit)
        .offset(offset)
        .execute()
      return { images: rows.map(toTrashed), total }
    },

    async deletedBefore(time, limit) {
      const rows = await database
        .selectFrom('trash')
        .selectAll()
        .where('deleted_at', '<', time)
        .orderBy('deleted_at')
        .limit(limit)
        .execute()
      return rows.map(toTrashed)
    },

    async restore(imageId, { path, inode, modifiedAt, changedAt, createdAt }) {
      vectors.changed()
      return database.transaction().execute(async (transaction) => {
        const trashed = await transaction
          .deleteFrom('trash')
          .where('id', '=', imageId)
          .returning('image')
          .executeTakeFirst()
        if (trashed === undefined) return false
        const image = JSON.parse(trashed.image) as ImageRow
        // The scan may have found the file before.
        await transaction.deleteFrom('images').where('path', '=', path).execute()
        await transaction.deleteFrom('failures').where('path', '=', path).execute()
        const row = {
          ...image,
          path,
          ...nameColumns(path),
          inode,
          modified_at: modifiedAt,
          changed_at: changedAt ?? null,
          created_at: createdAt,
          ...takenColumns(image.captured_at, modifiedAt),
        }
        await transaction.insertInto('images').values(row).execute()
        return true
      })
    },

    async remove(imageIds) {
      await database.deleteFrom('trash').where('id', 'in', dialect.texts(imageIds)).execute()
    },
  }
}
