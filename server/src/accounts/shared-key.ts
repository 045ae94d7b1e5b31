import { randomBytes } from 'node:crypto'
import type { Kysely } from 'kysely'
import type { SharedTables } from '../database/schema.ts'

const BYTES = 32

/** Returns a random key that all servers share; the first one creates it. @returns 64 hexadecimal digits */
export async function sharedKey(database: Kysely<SharedTables>, name: string): Promise<string> {
  await database
    .insertInto('secrets')
    .values({ name, value: randomBytes(BYTES).toString('hex') })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  const { value } = await database
    .selectFrom('secrets')
    .select('value')
    .where('name', '=', name)
    .executeTakeFirstOrThrow()
  return value
}
