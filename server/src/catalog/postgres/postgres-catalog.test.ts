import { afterAll, beforeAll } from 'vitest'
import { type PostgresServer, startPostgres } from '../../testing/postgres.ts'
import { describeCatalog } from '../catalog.contract.ts'
import { openPostgresCatalog } from './open.ts'

const SILENT = { warn() {}, info() {} }
let server: PostgresServer

beforeAll(async () => {
  server = await startPostgres()
}, 60_000)
afterAll(() => server?.close())

describeCatalog('the PostgreSQL catalog', async () =>
  openPostgresCatalog(await server.createDatabase(), SILENT),
)
