import { describe } from 'vitest'
import { describeConformance } from './testing/conformance/servers.ts'
import { startPostgres } from './testing/postgres.ts'

describe('the HTTP contract on PostgreSQL', () =>
  describeConformance(async (onEnd) => {
    const server = await startPostgres()
    onEnd(server.close)
    const database = await server.createDatabase()
    return Object.fromEntries(Object.entries(database).map(([key, value]) => [`database.${key}`, value]))
  }))
