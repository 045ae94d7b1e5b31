import { describeFormerIndex } from './former-index.contract.ts'
import { sharedPostgres } from './testing/shared-postgres.ts'

const server = sharedPostgres()

/** Configuration of a new database of the server. */
async function newDatabase(): Promise<Record<string, unknown>> {
  const entries = Object.entries(await server.createDatabase())
  return Object.fromEntries(entries.map(([key, value]) => [`database.${key}`, value]))
}

describeFormerIndex('an upgrade of the embedder on PostgreSQL', newDatabase)
