import { inject } from 'vitest'
import { createDatabase, type PostgresServer } from './postgres.ts'

/** The server that all tests of a run share; each makes its databases there, and leaves the server alone. */
export function sharedPostgres(): Pick<PostgresServer, 'createDatabase'> {
  const port = inject('postgresPort')
  return { createDatabase: () => createDatabase(port) }
}
