import { setTimeout as sleep } from 'node:timers/promises'
import pTimeout from 'p-timeout'
import { Client } from 'pg'
import { answerInTime } from './answer-in-time.ts'
import { clientConfig, type PostgresOptions } from './connection.ts'

export interface PostgresSessionOptions {
  server: PostgresOptions
  /** Names of the channels to listen to. */
  channels: readonly string[]
  onNotify(channel: string): void
  /** Called at first and after each reconnection: notifications sent meanwhile are lost. */
  onConnected(): void
  /** Called when the server has answered, also after each ping. */
  onAnswered(): void
  /** Called when it can't be connected to. */
  onUnreachable(error: unknown): void
  /** Called when the connection is lost, and all its locks with it. */
  onLost(): void
}

/**
 * A permanent connection that receives notifications and holds locks, which the server releases when the process or its
 * machine dies. It reconnects when the connection is lost.
 */
export interface PostgresSession {
  /** @returns false if another process holds the lock, or while there is no connection */
  tryLock(name: string): Promise<boolean>
  /** Releases all locks, however often they were taken. */
  unlock(): Promise<void>
  close(): Promise<void>
}

const RECONNECT_PAUSE_MS = 500
const PING_EVERY_MS = 3_000
const QUERY_TIMEOUT_MS = 5_000
/** `answerInTime` limits its time. One miss is enough: the server releases the locks of a lost connection soon after. */
const PING = { text: 'select 1', query_timeout: 2 * QUERY_TIMEOUT_MS }
/** Makes the server detect within about ten seconds that a machine has gone. */
const KEEPALIVE = `set tcp_keepalives_idle = 4; set tcp_keepalives_interval = 2; set tcp_keepalives_count = 3;
  set tcp_user_timeout = 10000; set idle_session_timeout = 0`

export function openPostgresSession(options: PostgresSessionOptions): PostgresSession {
  let client: Client | undefined
  const connected = Promise.withResolvers<void>()
  const ending = new AbortController()
  const running = run()

  return {
    async tryLock(name) {
      await pTimeout(connected.promise, { milliseconds: QUERY_TIMEOUT_MS, message: false })
      const { rows } = (await client
        ?.query<{ got: boolean }>('select pg_try_advisory_lock(hashtextextended($1, 0)) as got', [name])
        .catch(() => undefined)) ?? { rows: [] }
      return rows[0]?.got ?? false
    },
    async unlock() {
      // A lost connection has lost its locks, too.
      await client?.query('select pg_advisory_unlock_all()').catch(() => {})
    },
    async close() {
      ending.abort()
      await running
    },
  }

  async function run(): Promise<void> {
    while (!ending.signal.aborted) {
      const connection = new Client({ ...clientConfig(options.server), query_timeout: QUERY_TIMEOUT_MS })
      const lost = new Promise<void>((resolve) => {
        connection.on('error', () => resolve())
        connection.on('end', () => resolve())
      })
      connection.on('notification', ({ channel }) => options.onNotify(channel))
      try {
        await connection.connect()
        await connection.query(KEEPALIVE)
        for (const channel of options.channels) await connection.query(`listen ${channel}`)
        client = connection
        connected.resolve()
        options.onAnswered()
        options.onConnected()
        await waitUntilLost(connection, lost)
      } catch (error) {
        // The loop connects again after a pause. A connection that was only lost may be back at once.
        if (client === undefined && !ending.signal.aborted) options.onUnreachable(error)
      }
      if (client !== undefined) {
        client = undefined
        options.onLost()
      }
      const ended = connection.end().catch(() => {})
      if (ending.signal.aborted) {
        // Waits until the server has released the locks.
        await pTimeout(ended, { milliseconds: QUERY_TIMEOUT_MS, message: false })
      } else await sleep(RECONNECT_PAUSE_MS, undefined, { signal: ending.signal }).catch(() => {})
    }
  }

  /** Sends regular queries, because a machine that has gone does not close its connections. */
  async function waitUntilLost(connection: Client, lost: Promise<void>): Promise<void> {
    const over = new AbortController()
    const { signal } = over
    const end = () => over.abort()
    ending.signal.addEventListener('abort', end)
    void lost.then(end)
    try {
      if (ending.signal.aborted) return
      while (!signal.aborted) {
        await sleep(PING_EVERY_MS, undefined, { signal, ref: false }).catch(() => {})
        if (signal.aborted) return
        await answerInTime(connection.query(PING), QUERY_TIMEOUT_MS)
        options.onAnswered()
      }
    } finally {
      ending.signal.removeEventListener('abort', end)
    }
  }
}
