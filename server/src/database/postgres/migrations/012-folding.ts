import type { Kysely } from 'kysely'
import { addFoldLevels } from '../../folding.ts'
import { POSTGRES } from '../dialect.ts'

/** Stores which images another one stands for. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await addFoldLevels(db, POSTGRES)
}
