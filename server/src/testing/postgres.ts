import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { chownSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import { findPostgres } from '../../../scripts/postgres.ts'
import type { PostgresOptions } from '../catalog/postgres/connection.ts'
import { freePort } from './free-port.ts'

export interface PostgresServer {
  /** Creates an empty database. */
  createDatabase(): Promise<PostgresOptions>
  /** Ends it as a crash does, and starts it again. */
  restart(): Promise<void>
  close(): Promise<void>
}

const SUPERUSER = 'postgres'
const PASSWORD = 'only for tests'

/** A real PostgreSQL with pgvector, on a free port with its data in a temporary directory. */
export async function startPostgres(): Promise<PostgresServer> {
  const programs = findPostgres()
  if (programs === undefined)
    throw new Error('There is no PostgreSQL with pgvector: run "npm test", which says how to get one.')
  const owner = unprivileged()
  const directory = mkdtempSync(join(tmpdir(), 'sketch-search-postgres-'))
  if (owner !== undefined) chownSync(directory, owner.uid, owner.gid)
  const data = join(directory, 'data')
  const options = { ...owner, cwd: directory, env: { ...process.env, PGPASSWORD: PASSWORD } }
  execFileSync(
    join(programs, 'initdb'),
    ['-D', data, '-U', SUPERUSER, '--encoding=UTF8', '--locale=C', '--auth=trust', '--no-sync'],
    { ...options, stdio: 'ignore' },
  )
  const port = await freePort()
  let server = await start()
  let databases = 0

  return {
    async createDatabase() {
      const name = `test_${++databases}`
      const client = newClient()
      await client.connect()
      await client.query(`create database ${name}`)
      await client.end()
      return { host: '127.0.0.1', port, database: name, user: SUPERUSER, password: PASSWORD }
    },
    async restart() {
      await stop('SIGQUIT')
      server = await start()
    },
    async close() {
      await stop('SIGINT')
      rmSync(directory, { recursive: true, force: true })
    },
  }

  function newClient(): Client {
    const client = new Client({ host: '127.0.0.1', port, user: SUPERUSER, database: 'postgres' })
    // What goes wrong is told by what was asked.
    client.on('error', () => {})
    return client
  }

  async function start(): Promise<ChildProcess> {
    const settings = [
      `port=${port}`,
      'listen_addresses=127.0.0.1',
      `unix_socket_directories=${directory}`,
      'fsync=off',
    ]
    const child = spawn(
      join(programs!, 'postgres'),
      ['-D', data, ...settings.flatMap((one) => ['-c', one])],
      {
        ...options,
        stdio: 'ignore',
      },
    )
    for (let tries = 0; ; tries++) {
      const client = newClient()
      try {
        await client.connect()
        await client.end()
        return child
      } catch (error) {
        if (tries > 200) throw error
        await new Promise((resolve) => setTimeout(resolve, 50))
      }
    }
  }

  async function stop(signal: NodeJS.Signals): Promise<void> {
    if (server.exitCode !== null || server.signalCode !== null) return
    const ended = new Promise((resolve) => server.once('exit', resolve))
    server.kill(signal)
    await ended
  }
}

/** PostgreSQL refuses to be run by root. */
function unprivileged(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined
  const idOf = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }))
  return { uid: idOf('-u'), gid: idOf('-g') }
}
