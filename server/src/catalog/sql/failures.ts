import type { Transaction } from 'kysely'
import type { Tables } from '../../database/schema.ts'
import type { FailureRecord, FailureStore } from '../catalog.ts'
import { changeImages, type SqlContext } from './context.ts'
import { FoldLevels } from './fold-levels.ts'
import { nameColumns } from './image-rows.ts'

/** No file has this size: the next scan finds a change. */
const NO_SIZE = -1

export function createSqlFailures(context: SqlContext): FailureStore {
  const { database, dialect } = context
  return {
    async list({ offset, limit }) {
      const { total } = await currentFailures(context)
        .select((eb) => eb.fn.countAll<number>().as('total'))
        .executeTakeFirstOrThrow()
      const failures = await currentFailures(context)
        .select(['path', 'code', 'reason', 'failed_at as failedAt'])
        .orderBy('path')
        .limit(limit)
        .offset(offset)
        .execute()
      return { failures, total }
    },

    put: (record) => putFailure(context, record),

    async clear() {
      // It waits for other transactions that change failures: the statement locks rows in any order.
      return database.transaction().execute(async (transaction) => {
        await dialect.lockFolding(transaction)
        const { numDeletedRows } = await transaction
          .deleteFrom('failures')
          .where('image_id', 'is', null)
          .executeTakeFirstOrThrow()
        const { numUpdatedRows } = await transaction
          .updateTable('failures')
          .set({ bytes: NO_SIZE })
          .executeTakeFirstOrThrow()
        return Number(numDeletedRows + numUpdatedRows)
      })
    },
  }
}

/** Failures of files and of the active embedder, without those of other embedders. */
export function currentFailures({ database, space }: SqlContext) {
  return database
    .selectFrom('failures')
    .where((eb) =>
      eb.or([eb('failures.embedder_id', 'is', null), eb('failures.embedder_id', '=', space().embedderId)]),
    )
}

/**
 * The image of an earlier version of the file. An image on which only the embedder fails stays visible, and other embedders have
 * vectors of it. An image whose file may not be read at present stays as well: its content may be the same.
 */
async function replacedImage(
  transaction: Transaction<Tables>,
  { path, code, contentHash }: FailureRecord,
): Promise<{ id: string; content_hash: string } | undefined> {
  if (code === 'permission_denied') return undefined
  const isVisible = code === 'embedder_failed' && contentHash !== undefined
  return transaction
    .selectFrom('images')
    .select(['id', 'content_hash'])
    .where('path', '=', path)
    .$if(isVisible, (query) => query.where('content_hash', '!=', contentHash!))
    .executeTakeFirst()
}

async function putFailure(context: SqlContext, record: FailureRecord): Promise<string | undefined> {
  const { path, bytes, modifiedAt, changedAt, inode, contentHash, code, reason, failedAt } = record
  const { directory } = nameColumns(path)
  return changeImages(context, async (transaction) => {
    const folds = await FoldLevels.begin({ database: transaction, dialect: context.dialect })
    const replaced = await replacedImage(transaction, record)
    if (replaced !== undefined) {
      await folds.before([replaced.id])
      await transaction.deleteFrom('images').where('id', '=', replaced.id).execute()
      await folds.after([])
    }
    const earlier = await transaction
      .deleteFrom('failures')
      .where('path', '=', path)
      .returning('image_id')
      .executeTakeFirst()
    await transaction
      .insertInto('failures')
      .values({
        path,
        directory,
        bytes,
        modified_at: modifiedAt,
        changed_at: changedAt ?? null,
        inode,
        content_hash: contentHash ?? null,
        code,
        // PostgreSQL rejects this character.
        reason: reason.replaceAll('\0', ''),
        failed_at: failedAt,
        embedder_id: code === 'embedder_failed' ? context.space().embedderId : null,
        image_id: replaced?.id ?? earlier?.image_id ?? null,
      })
      .execute()
    return replaced?.content_hash
  })
}
