import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { Client } from 'pg'
import { clientConfig } from '../../server/src/database/postgres/connection.ts'
import { startPostgres } from '../../server/src/testing/postgres.ts'
import type { Section } from '../support.ts'
import type { VectorSource } from '../vectors.ts'
import { fillEmbedded, measureEmbedded } from './embedded.ts'
import { makeLargeSet } from './measurement.ts'
import { fillPostgres, measurePostgres } from './postgres.ts'
import { recordLarge } from './results.ts'

/** Memory of the server, as a machine for a million images has it. */
const POSTGRES_SETTINGS = ['shared_buffers=1GB', 'max_wal_size=8GB']

/** Fills and measures both databases at a size, and adds the results to `bench/results/scaling.md`. */
export async function benchLarge(directory: string, count: number, source: VectorSource): Promise<Section> {
  const set = makeLargeSet(source, count)
  mkdirSync(directory, { recursive: true })
  const data = join(directory, 'data')
  const embedded = await measureEmbedded(data, set, source, await fillEmbedded(data, set))
  // At once: a run with a million vectors takes hours, and may end before the other database is measured.
  recordLarge({ measurements: embedded.measurements, costs: [embedded.costs] }, source.description)
  const server = await startPostgres(POSTGRES_SETTINGS)
  const database = await server.createDatabase()
  const client = new Client(clientConfig(database))
  await client.connect()
  try {
    const target = { database, client }
    const postgres = await measurePostgres(target, set, await fillPostgres(target, set))
    recordLarge({ measurements: postgres, costs: [] }, source.description)
    const recorded = embedded.measurements.length + postgres.length
    return { text: `${recorded} measurements at ${count} vectors were recorded.\n`, ratios: {} }
  } finally {
    await client.end()
    await server.close()
  }
}
