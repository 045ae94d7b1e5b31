import { sharedPostgres } from '../testing/shared-postgres.ts'
import { describeDirectories } from './directories.contract.ts'

const server = sharedPostgres()

describeDirectories('watcher.directories on PostgreSQL', async () => {
  const entries = Object.entries(await server.createDatabase())
  return Object.fromEntries(entries.map(([key, value]) => [`database.${key}`, value]))
})
