import { mkdirSync } from 'node:fs'
import { sql } from 'kysely'
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
    vectorData: sql<Uint8Array>`vectors.data`,
    toFloat16Bytes: (data) => data as Uint8Array,
    fromFloat16Bytes: (halves) => sql<Uint8Array>`${halves}`,
    close: () => database.destroy(),
  }
}
