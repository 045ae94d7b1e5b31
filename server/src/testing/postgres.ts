import { type ChildProcess, execFileSync, type SpawnOptions, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { chownSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { Client } from 'pg'
import { findPostgres } from '../../../scripts/postgres.ts'
import type { PostgresOptions } from '../database/postgres/connection.ts'
import { freePort } from './free-port.ts'
import { madeOnce } from './made-once.ts'

export interface PostgresServer {
  readonly port: number
  /** Creates an empty database. */
  createDatabase(): Promise<PostgresOptions>
  /** Ends it as a crash does, and starts it again. */
  restart(): Promise<void>
  /** Ends it as a crash does. */
  crash(): Promise<void>
  /** Starts a standby server of this one. */
  startStandby(): Promise<StandbyServer>
  /** Log until now. */
  log(): string
  close(): Promise<void>
}

export interface StandbyServer {
  readonly port: number
  /** Pauses or resumes the replay of the primary's log. */
  pauseReplay(): Promise<void>
  resumeReplay(): Promise<void>
  /** The last query of the product on each of its connections. */
  lastQueries(): Promise<string[]>
  crash(): Promise<void>
  restart(): Promise<void>
  close(): Promise<void>
}

const SUPERUSER = 'postgres'
const PASSWORD = 'only for tests'
/** On a busy machine, the recovery after a crash takes long. */
const START_TIMEOUT_MS = 120_000

/**
 * A real PostgreSQL with pgvector, on a free port with its data in a temporary directory.
 * @param settings as in its configuration file
 * @param programs folder of its programs
 */
export async function startPostgres(
  settings: string[] = [],
  programs: string | undefined = findPostgres(),
): Promise<PostgresServer> {
  if (programs === undefined)
    throw new Error('There is no PostgreSQL with pgvector: run "npm test", which says how to get one.')
  const owner = unprivileged()
  const directory = mkdtempSync(join(tmpdir(), 'sketch-search-postgres-'))
  if (owner !== undefined) chownSync(directory, owner.uid, owner.gid)
  const data = join(directory, 'data')
  const options = { ...owner, cwd: directory, env: { ...process.env, PGPASSWORD: PASSWORD } }
  // Creating it takes a second, and copying it a tenth of that.
  await madeOnce(`postgres${programs.replaceAll('/', '-')}`, data, () => {
    execFileSync(
      join(programs, 'initdb'),
      ['-D', data, '-U', SUPERUSER, '--encoding=UTF8', '--locale=C', '--auth=trust', '--no-sync'],
      { ...options, stdio: 'ignore' },
    )
  })
  const port = await freePort()
  const primary = await startServer(programs, data, port, options, settings)

  return {
    port,
    createDatabase: () => createDatabase(port),
    restart: primary.restart,
    crash: primary.crash,
    log: primary.log,
    async startStandby() {
      const standbyDirectory = join(directory, 'standby')
      const address = ['-h', '127.0.0.1', '-p', String(port), '-U', SUPERUSER]
      execFileSync(
        join(programs, 'pg_basebackup'),
        ['-D', standbyDirectory, '-R', '-X', 'stream', '--checkpoint=fast', '--no-sync', ...address],
        { ...options, stdio: 'ignore' },
      )
      const standbyPort = await freePort()
      const standby = await startServer(programs, standbyDirectory, standbyPort, options)
      return {
        port: standbyPort,
        pauseReplay: async () => void (await ask(standbyPort, 'select pg_wal_replay_pause()')),
        resumeReplay: async () => void (await ask(standbyPort, 'select pg_wal_replay_resume()')),
        async lastQueries() {
          const rows = await ask<{ query: string }>(
            standbyPort,
            "select query from pg_stat_activity where application_name = 'sketch-search'",
          )
          return rows.map(({ query }) => query)
        },
        crash: standby.crash,
        restart: standby.restart,
        async close() {
          await standby.stop()
          rmSync(standbyDirectory, { recursive: true, force: true })
        },
      }
    },
    async close() {
      await primary.stop()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

/** Creates an empty database on a server of the tests. */
export async function createDatabase(port: number): Promise<PostgresOptions> {
  const name = `test_${randomUUID().replaceAll('-', '')}`
  await ask(port, `create database ${name}`)
  return databaseOptions(port, name)
}

/** The address of a database on a server of the tests. */
export function databaseOptions(port: number, name: string): PostgresOptions {
  return { host: '127.0.0.1', port, database: name, user: SUPERUSER, password: PASSWORD }
}

async function startServer(
  programs: string,
  data: string,
  port: number,
  options: SpawnOptions,
  extraSettings: string[] = [],
) {
  let log = ''
  let server = await start()

  return {
    async restart() {
      await end('SIGQUIT')
      server = await start()
    },
    crash: () => end('SIGQUIT'),
    stop: () => end('SIGINT'),
    log: () => log,
  }

  async function start(): Promise<ChildProcess> {
    const settings = [
      `port=${port}`,
      'listen_addresses=127.0.0.1',
      `unix_socket_directories=${dirname(data)}`,
      'fsync=off',
      ...extraSettings,
    ]
    const child = spawn(join(programs, 'postgres'), ['-D', data, ...settings.flatMap((one) => ['-c', one])], {
      ...options,
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    child.stderr!.setEncoding('utf8').on('data', (text) => (log += text))
    const deadline = performance.now() + START_TIMEOUT_MS
    for (;;) {
      try {
        await ask(port, 'select 1')
        return child
      } catch (error) {
        if (child.exitCode !== null || performance.now() > deadline)
          throw new Error(`PostgreSQL did not start:\n${log}`, { cause: error })
        await new Promise((resolve) => setTimeout(resolve, 50))
      }
    }
  }

  async function end(signal: NodeJS.Signals): Promise<void> {
    if (server.exitCode !== null || server.signalCode !== null) return
    const ended = new Promise((resolve) => server.once('exit', resolve))
    server.kill(signal)
    await ended
  }
}

async function ask<R extends object>(port: number, query: string): Promise<R[]> {
  const client = newClient(port)
  await client.connect()
  try {
    return (await client.query<R>(query)).rows
  } finally {
    await client.end()
  }
}

function newClient(port: number): Client {
  const client = new Client({ host: '127.0.0.1', port, user: SUPERUSER, database: 'postgres' })
  // The failing query reports the error.
  client.on('error', () => {})
  return client
}

/** PostgreSQL refuses to be run by root. */
function unprivileged(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined
  const idOf = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }))
  return { uid: idOf('-u'), gid: idOf('-g') }
}
