import { join } from 'node:path'
import { type Kysely, sql } from 'kysely'
import type { Tables } from '../../database/schema.ts'
import { SQLITE } from '../../database/sqlite/dialect.ts'
import { fromFloat16 } from '../float16.ts'
import type { VectorIndex } from './vector-index.ts'

export function indexFileOf(directory: string, embedderId: number): string {
  return join(directory, `${embedderId}.usearch`)
}

/** Adds vectors to an index. @returns the ids that were found */
export async function addRows(
  database: Kysely<Tables>,
  ids: readonly number[],
  index: VectorIndex,
  dimensions: number,
): Promise<number[]> {
  const found = await database
    .selectFrom('vectors')
    .select(['id', 'data'])
    .where('id', 'in', SQLITE.numbers(ids))
    .execute()
  const vectors = new Float32Array(found.length * dimensions)
  for (const [n, row] of found.entries()) vectors.set(fromFloat16(row.data), n * dimensions)
  const added = found.map((row) => row.id)
  index.add(added, vectors)
  return added
}

/** Ids of an embedder's vectors, ascending. As one list in JSON, a million take a third of the time that rows take. */
export async function vectorIds(database: Kysely<Tables>, embedderId: number): Promise<Float64Array> {
  const { rows } = await sql<{ ids: string }>`
    select json_group_array(id) as ids from vectors where embedder_id = ${embedderId}`.execute(database)
  return Float64Array.from(JSON.parse(rows[0]!.ids) as number[]).sort()
}

/** Compares two ascending lists. */
export function difference(rows: Float64Array, keys: Float64Array): { missing: number[]; surplus: number[] } {
  const missing: number[] = []
  const surplus: number[] = []
  let k = 0
  for (const row of rows) {
    while (k < keys.length && keys[k]! < row) surplus.push(keys[k++]!)
    if (keys[k] === row) k++
    else missing.push(row)
  }
  while (k < keys.length) surplus.push(keys[k++]!)
  return { missing, surplus }
}
