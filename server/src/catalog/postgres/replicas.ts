import { AsyncLocalStorage } from 'node:async_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { describeServer, type PostgresOptions } from '../../database/postgres/connection.ts'
import { connect, type PostgresDatabase } from '../../database/postgres/database.ts'
import { POSTGRES } from '../../database/postgres/dialect.ts'
import { withRetries } from '../../database/postgres/retries.ts'
import { DomainError, messageOf } from '../../errors.ts'
import type { Catalog, VectorSpace } from '../catalog.ts'
import type { Reads } from '../reads.ts'
import { createSqlCatalog } from '../sql/sql-catalog.ts'
import { createPostgresVectors } from './vector-search.ts'

export interface Replicas extends Reads {
  /** The primary has chosen what is searched. */
  activateSpace(space: VectorSpace): Promise<void>
  close(): Promise<void>
}

export interface ReplicasOptions {
  primary: PostgresDatabase
  /** The catalog on the primary. */
  catalog: Catalog
  replicas: readonly PostgresOptions[]
  log: { warn(message: string): void; info(message: string): void }
}

interface Replica {
  name: string
  opened: PostgresDatabase
  /** To the same server, for asking how far it is. */
  located: PostgresDatabase
  catalog: Catalog
  /** Up to where it has what the primary wrote; undefined while it does not answer. */
  position: bigint | undefined
  /** Whether it is asked: it answers, and is no further behind than it may be. */
  isUsed: boolean
  /** Why it is not, if that has been told. */
  asideFor: string | undefined
  /** What it has to reach before it is asked again. */
  required: bigint
  /** Ends the waiting for each answer that is still to come. */
  giveUp: Set<(reason: DomainError) => void>
  hasSpace: boolean
}

const LOOK_EVERY_MS = 500
/** A machine that has gone says nothing, for a quarter of an hour. */
const ANSWER_WITHIN_MS = 2_000
/** A standby that is further behind is not asked. */
const MAX_LAG_MS = 5_000
const TOO_FAR_BEHIND = 'it is too far behind'
const POLL_EVERY_MS = 15
const POSITION = /^([0-9A-F]{1,8})\/([0-9A-F]{1,8})$/i

/** What people are shown. What indexing decides by is read from the primary. */
const READS = [
  'listImages',
  'findNearest',
  'vectorsOf',
  'countByDirectory',
  'counts',
  'listFailures',
  'similarPairs',
  'imagesByContentHash',
  'duplicateHashes',
] as const satisfies readonly (keyof Catalog)[]
/** What one standby does not know yet, the primary may. */
const LOOKUPS = ['getImage', 'getImageByPath'] as const satisfies readonly (keyof Catalog)[]

export function openReplicas({ primary, catalog, replicas, log }: ReplicasOptions): Replicas {
  const required = new AsyncLocalStorage<bigint | undefined>()
  const all = replicas.map((options): Replica => {
    const opened = connect(options)
    return {
      name: describeServer(options),
      opened,
      located: connect(options, 1),
      catalog: standbyCatalog(opened, primary, log),
      position: undefined,
      isUsed: false,
      asideFor: undefined,
      required: 0n,
      giveUp: new Set(),
      hasSpace: false,
    }
  })
  /** Where the primary was, oldest first. */
  const positions: { at: number; position: bigint }[] = []
  let space: VectorSpace | undefined
  const ending = new AbortController()
  const watching = watch()

  const routed: Record<string, unknown> = { ...catalog }
  for (const name of READS) routed[name] = (...args: unknown[]) => read(name, args)
  for (const name of LOOKUPS)
    routed[name] = async (...args: unknown[]) => (await read(name, args)) ?? call(catalog, name, args)

  return {
    catalog: routed as unknown as Catalog,
    at: (position, work) => required.run(toNumber(position), work),
    async position() {
      return toText(await primaryPosition())
    },
    async waitForReplicas() {
      if (!all.some(({ isUsed }) => isUsed)) return
      const position = await primaryPosition()
      const deadline = performance.now() + MAX_LAG_MS
      const behind = () => all.filter((replica) => replica.isUsed && !hasReached(replica, position))
      while (behind().length > 0 && performance.now() < deadline && !ending.signal.aborted) {
        await Promise.all(behind().map((replica) => locate(replica)))
        if (behind().length > 0) await sleep(POLL_EVERY_MS)
      }
      for (const replica of behind()) exclude(replica, TOO_FAR_BEHIND, position)
    },
    async activateSpace(chosen) {
      space = chosen
      for (const replica of all) replica.hasSpace = false
      await look()
    },
    async close() {
      ending.abort()
      await watching
      await Promise.all(all.flatMap(({ opened, located }) => [opened.close(), located.close()]))
    },
  }

  async function read(name: keyof Catalog, args: unknown[]): Promise<unknown> {
    const replica = await choose()
    if (replica === undefined) return call(catalog, name, args)
    try {
      return await untilGivenUp(replica, call(replica.catalog, name, args))
    } catch (error) {
      if (!(error instanceof DomainError && error.code === 'unavailable')) throw error
      exclude(replica, messageOf(error))
      return call(catalog, name, args)
    }
  }

  /** @throws {DomainError} `unavailable` if the server falls silent before it answers */
  function untilGivenUp(replica: Replica, result: Promise<unknown>): Promise<unknown> {
    return new Promise((resolve, reject) => {
      replica.giveUp.add(reject)
      result.then(resolve, reject).finally(() => replica.giveUp.delete(reject))
    })
  }

  /** One by chance of those that have what is wanted. */
  async function choose(): Promise<Replica | undefined> {
    const position = required.getStore()
    const used = all.filter(({ isUsed }) => isUsed)
    const fit = () => used.filter((replica) => position === undefined || hasReached(replica, position))
    if (fit().length === 0) await Promise.all(used.map((replica) => locate(replica)))
    const fitting = fit()
    return fitting[Math.floor(Math.random() * fitting.length)]
  }

  async function watch(): Promise<void> {
    while (!ending.signal.aborted) {
      await look()
      await sleep(LOOK_EVERY_MS, undefined, { signal: ending.signal }).catch(() => {})
    }
  }

  async function look(): Promise<void> {
    const now = performance.now()
    // While the primary is away the standbys have all that there is.
    const position = await primaryPosition().catch(() => undefined)
    if (position !== undefined) positions.push({ at: now, position })
    while (positions.length > 1 && positions[1]!.at <= now - MAX_LAG_MS) positions.shift()
    const oldest = positions[0]
    const least = oldest !== undefined && oldest.at <= now - MAX_LAG_MS ? oldest.position : 0n
    await Promise.all(
      all.map(async (replica) => {
        await locate(replica)
        if (replica.position === undefined || space === undefined) return
        if (!hasReached(replica, least)) return exclude(replica, TOO_FAR_BEHIND, position ?? least)
        if (replica.isUsed || !hasReached(replica, replica.required)) return
        if (!replica.hasSpace) {
          replica.hasSpace = await replica.catalog.activateSpace(space).then(
            () => true,
            () => false,
          )
        }
        replica.isUsed = replica.hasSpace
        if (!replica.isUsed) return
        replica.asideFor = undefined
        log.info(`The standby server ${replica.name} is read from.`)
      }),
    )
  }

  async function locate(replica: Replica): Promise<void> {
    try {
      // On a connection of its own: where many are waiting for answers, it would wait behind them.
      const asked = sql<{ position: string | null }>`
        select case when pg_is_in_recovery() then pg_last_wal_replay_lsn() end::text as position`.execute(
        replica.located.database,
      )
      const { rows } = await Promise.race([asked, silence()])
      replica.position = toNumber(rows[0]!.position ?? undefined)
      if (replica.position === undefined) throw new Error('it is no standby of the primary')
    } catch (error) {
      replica.position = undefined
      exclude(replica, messageOf(error))
      for (const giveUp of replica.giveUp) giveUp(new DomainError('unavailable', messageOf(error)))
    }
  }

  function exclude(replica: Replica, reason: string, position = 0n): void {
    // Each reason is told once, not whenever it is found again.
    if (replica.isUsed || replica.asideFor === undefined)
      log.warn(`The standby server ${replica.name} is not read from for now: ${reason}.`)
    replica.isUsed = false
    replica.asideFor = reason
    replica.required = position
  }

  async function primaryPosition(): Promise<bigint> {
    const { rows } = await sql<{ position: string }>`select pg_current_wal_lsn()::text as position`.execute(
      primary.database,
    )
    return toNumber(rows[0]!.position)!
  }
}

function hasReached({ position }: Replica, required: bigint): boolean {
  return position !== undefined && position >= required
}

/** Reads only; which number an embedder has, the primary tells. */
function standbyCatalog(
  { database }: PostgresDatabase,
  primary: PostgresDatabase,
  log: ReplicasOptions['log'],
): Catalog {
  const tables = database.withTables()
  const vectors = createPostgresVectors(tables, {
    canWrite: false,
    log,
    async register({ embedder, fingerprint }) {
      const { id } = await primary.database
        .selectFrom('embedders')
        .select('id')
        .where('name', '=', embedder)
        .where('fingerprint', '=', fingerprint)
        .executeTakeFirstOrThrow()
      return { id, dropped: undefined }
    },
  })
  return withRetries(
    createSqlCatalog({ database: tables, dialect: POSTGRES, vectors, close: () => vectors.close() }),
  )
}

function call(catalog: Catalog, name: keyof Catalog, args: unknown[]): Promise<unknown> {
  return (catalog[name] as (...args: unknown[]) => Promise<unknown>)(...args)
}

/** A position in the log of what was written (LSN), which PostgreSQL writes as two hexadecimal numbers. */
function toNumber(position: string | undefined): bigint | undefined {
  const parts = POSITION.exec(position ?? '')
  if (parts === null) return undefined
  return (BigInt(`0x${parts[1]}`) << 32n) | BigInt(`0x${parts[2]}`)
}

function toText(position: bigint): string {
  return `${(position >> 32n).toString(16)}/${(position & 0xffffffffn).toString(16)}`.toUpperCase()
}

/** @throws {Error} after a while */
async function silence(): Promise<never> {
  await sleep(ANSWER_WITHIN_MS, undefined, { ref: false })
  throw new Error('it does not answer')
}
