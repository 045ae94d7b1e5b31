import type { PostgresDatabase } from '../../database/postgres/database.ts'
import { POSTGRES } from '../../database/postgres/dialect.ts'
import { fromFloat16, toFloat16 } from '../float16.ts'
import type { TableAccess } from '../sql/table-access.ts'
import { parseVector } from './vector-sql.ts'
import { tableOf } from './vector-tables.ts'

export function postgresTableAccess(opened: PostgresDatabase): TableAccess {
  const database = opened.database.withTables()
  const table = tableOf(opened)
  return {
    database,
    dialect: POSTGRES,

    async readVectors(embedderId, contentHashes) {
      const texts = await table.textsOf(database, embedderId, contentHashes)
      return new Map([...texts].map(([hash, text]) => [hash, toFloat16(parseVector(text))]))
    },

    async insertVectors(embedderId, vectors) {
      if (vectors.size === 0) return
      const numbers = new Map([...vectors].map(([hash, halves]) => [hash, fromFloat16(halves)]))
      await database.transaction().execute((transaction) => table.insert(transaction, embedderId, numbers))
    },

    close: () => opened.close(),
  }
}
