import { mkdirSync } from 'node:fs'
import { openCatalogDatabase, openCatalogForReading } from '../../database/sqlite/database.ts'
import { SQLITE } from '../../database/sqlite/dialect.ts'
import type { Catalog } from '../catalog.ts'
import { createSqlCatalog } from '../sql/catalog.ts'
import { createIndexedVectors } from './indexed-vectors.ts'

/** A catalog that maintains its index in small steps, between other calls. */
export interface MaintainedCatalog extends Catalog {
  /** @returns whether another step is needed */
  maintain(): Promise<boolean>
}

export interface SqliteCatalogOptions {
  /** Contains `catalog.sqlite` and the index files; created if it is missing. */
  directory: string
  /** False for a process that only searches while another one owns the directory and its index files. */
  savesIndex: boolean
}

/**
 * Opens a catalog in one SQLite file with a vector index beside it. Its calls must not overlap, because they share one
 * connection.
 */
export async function openSqliteCatalog(options: SqliteCatalogOptions): Promise<MaintainedCatalog> {
  mkdirSync(options.directory, { recursive: true, mode: 0o700 })
  const open = options.savesIndex ? openCatalogDatabase : openCatalogForReading
  const database = await open(options.directory)
  const { vectors, maintain, saveAll } = createIndexedVectors(database, options)
  const catalog = createSqlCatalog({
    database,
    dialect: SQLITE,
    vectors,
    isOnlyWriter: options.savesIndex,
    async close() {
      try {
        await saveAll()
      } finally {
        await database.destroy()
      }
    },
  })
  return { ...catalog, maintain }
}
