import type { Kysely } from 'kysely'
import type { SqlDatabase } from '../../database/dialect.ts'
import type { Tables } from '../../database/schema.ts'
import { type AttributeTable, IMAGE_ATTRIBUTES } from '../attributes.ts'
import type { Catalog } from '../catalog.ts'
import { createSqlCollections } from './collections.ts'
import { createSqlFailures } from './failures.ts'
import { createSqlFiles } from './files.ts'
import { createSqlImages } from './images.ts'
import { ResultCache } from './result-cache.ts'
import { createSqlSpaces } from './spaces.ts'
import { createSqlTrash } from './trash.ts'
import type { VectorBackend } from './vector-backend.ts'
import { createSqlVectors } from './vectors.ts'

export interface SqlCatalogOptions extends SqlDatabase<Kysely<Tables>> {
  vectors: VectorBackend
  /** Whether no other process changes the database. */
  isOnlyWriter: boolean
  /** Columns that are read from files; `Tables` has those of the default. */
  attributes?: AttributeTable
  close(): Promise<void>
}

/** Builds a catalog on an SQL database. Only `vectors` depends on which one it is. */
export function createSqlCatalog({
  database,
  dialect,
  vectors,
  isOnlyWriter,
  attributes = IMAGE_ATTRIBUTES,
  close,
}: SqlCatalogOptions): Catalog {
  const { spaces, space } = createSqlSpaces({ database, dialect, vectors })
  const results = new ResultCache(isOnlyWriter)
  const changed = () => {
    vectors.changed()
    results.clear()
  }
  const context = { database, dialect, vectors, attributes, results, changed, space }
  return {
    images: createSqlImages(context),
    files: createSqlFiles(context),
    vectors: createSqlVectors(context),
    failures: createSqlFailures(context),
    spaces,
    trash: createSqlTrash(context),
    collections: createSqlCollections(context),
    close,
  }
}
