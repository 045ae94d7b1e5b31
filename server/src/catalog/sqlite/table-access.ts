import { mkdirSync } from 'node:fs'
import { openCatalogDatabase } from '../../database/sqlite/database.ts'
import { SQLITE } from '../../database/sqlite/dialect.ts'
import type { TableAccess } from '../sql/table-access.ts'

/** @param directory the data directory */
export async function openSqliteTables(directory: string): Promise<TableAccess> {
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const database = await openCatalogDatabase(directory)
  return {
    database,
    dialect: SQLITE,

    async readVectors(embedderId, contentHashes) {
      const rows = await database
        .selectFrom('vectors')
        .select(['content_hash', 'data'])
        .where('embedder_id', '=', embedderId)
        .where('content_hash', 'in', SQLITE.texts(contentHashes))
        .execute()
      return new Map(rows.map(({ content_hash, data }) => [content_hash, data]))
    },

    async insertVectors(embedderId, vectors) {
      if (vectors.size === 0) return
      await database
        .insertInto('vectors')
        .values([...vectors].map(([content_hash, data]) => ({ embedder_id: embedderId, content_hash, data })))
        .onConflict((conflict) => conflict.columns(['content_hash', 'embedder_id']).doNothing())
        .execute()
    },

    close: () => database.destroy(),
  }
}
