import type { Selectable } from 'kysely'
import type { Tables } from '../../database/schema.ts'
import type { LeftOutRule } from '../../gallery/include.ts'
import type { FileStore, LeftOutRow } from '../catalog.ts'
import type { SqlContext } from './context.ts'

const ROWS_PER_STATEMENT = 1000

type LeftOutStore = Pick<FileStore, 'leftOut' | 'saveLeftOut' | 'leftOutSums'>

export function createSqlLeftOut({ database, dialect }: SqlContext): LeftOutStore {
  return {
    async leftOut() {
      return (await database.selectFrom('left_out').selectAll().execute()).map(toLeftOutRow)
    },

    async saveLeftOut(directories, rows) {
      await database.transaction().execute(async (transaction) => {
        await transaction
          .deleteFrom('left_out')
          .where('directory', 'in', dialect.texts(directories))
          .execute()
        for (let start = 0; start < rows.length; start += ROWS_PER_STATEMENT)
          await transaction
            .insertInto('left_out')
            .values(rows.slice(start, start + ROWS_PER_STATEMENT).map(fromLeftOutRow))
            .execute()
      })
    },

    async leftOutSums(maxFolders) {
      const sums = await database
        .selectFrom('left_out')
        .select((eb) => ['rule', eb.fn.sum<number>('files').as('files'), eb.fn.min('example').as('example')])
        .groupBy('rule')
        .orderBy('rule')
        .execute()
      const folders = await database
        .selectFrom('left_out')
        .selectAll()
        .where('is_folder', '=', 1)
        .orderBy('path')
        .limit(maxFolders)
        .execute()
      return {
        sums: sums.map(({ rule, files, example }) => ({
          rule: rule as LeftOutRule,
          files: Number(files),
          example,
        })),
        folders: folders.map(toLeftOutRow),
      }
    },
  }
}

function toLeftOutRow(row: Selectable<Tables['left_out']>): LeftOutRow {
  const { directory, path, rule, files, example, is_folder: isFolder, reason } = row
  return {
    ...{ directory, path, files, example },
    rule: rule as LeftOutRule,
    isFolder: isFolder === 1,
    reason: reason ?? undefined,
  }
}

function fromLeftOutRow({ isFolder, reason, ...row }: LeftOutRow): Selectable<Tables['left_out']> {
  return { ...row, is_folder: isFolder ? 1 : 0, reason: reason ?? null }
}
