import { setTimeout as sleep } from 'node:timers/promises'
import pTimeout from 'p-timeout'
import type { PostgresDatabase } from '../../database/postgres/database.ts'
import { DomainError, messageOf } from '../../errors.ts'
import type { Log } from '../../log.ts'
import type { Catalog, VectorSpace } from '../catalog.ts'
import { replayedPosition, writtenPosition } from './wal-position.ts'

export interface Replica {
  name: string
  catalog: Catalog
  opened: PostgresDatabase
  /** A separate connection for asking the position, which would wait behind searches on the others. */
  monitored: PostgresDatabase
  /** Position up to which it has applied the log of the primary; undefined while it does not answer. */
  position: bigint | undefined
  /** Whether requests may read from it: it answers and does not lag too far behind. */
  isUsed: boolean
  /** Reason why it is not used, once that has been logged. */
  excludedFor: string | undefined
  /** Position that it has to reach before it is used again. */
  requiredPosition: bigint
  /** Rejects the pending calls. */
  rejectPending: Set<(reason: DomainError) => void>
  hasSpace: boolean
}

/** Decides which replicas can be read from, and revises that every half second. */
export interface ReplicaMonitor {
  activateSpace(space: VectorSpace): Promise<void>
  openFormer(space: VectorSpace | undefined): Promise<void>
  /** Asks a replica for its position. Excludes it if it does not answer. */
  locate(replica: Replica): Promise<void>
  exclude(replica: Replica, reason: string, requiredPosition?: bigint): void
  /** Aborted when the monitor is closed. */
  readonly signal: AbortSignal
  close(): Promise<void>
}

/** A replica with a larger delay is excluded. */
export const MAX_LAG_MS = 5_000
export const TOO_FAR_BEHIND = 'it is too far behind'
const CHECK_INTERVAL_MS = 500
/** TCP reports a machine that has gone only after a quarter of an hour. */
const RESPONSE_TIMEOUT_MS = 2_000

export function hasReached({ position }: Replica, required: bigint): boolean {
  return position !== undefined && position >= required
}

export function monitorReplicas(
  primary: PostgresDatabase,
  replicas: readonly Replica[],
  log: Log,
): ReplicaMonitor {
  const closing = new AbortController()
  const minPosition = trackLag()
  let space: VectorSpace | undefined
  let former: VectorSpace | undefined
  const running = repeatUntil(closing.signal, checkAll)

  return {
    async activateSpace(activated) {
      space = activated
      former = undefined
      replicas.forEach(closeSpaces)
      await checkAll()
    },
    async openFormer(requested) {
      former = requested
      if (requested === undefined) return
      replicas.forEach(closeSpaces)
      await checkAll()
    },
    locate,
    exclude,
    signal: closing.signal,
    async close() {
      closing.abort()
      await running
    },
  }

  async function checkAll(): Promise<void> {
    // While the primary does not answer, nothing newer than the replicas can be read.
    const written = await writtenPosition(primary.database).catch(() => undefined)
    const required = minPosition(written)
    await Promise.all(replicas.map((replica) => check(replica, required, written ?? required)))
  }

  async function check(replica: Replica, required: bigint, written: bigint): Promise<void> {
    await locate(replica)
    if (replica.position === undefined || space === undefined) return
    if (!hasReached(replica, required)) return exclude(replica, TOO_FAR_BEHIND, written)
    if (replica.isUsed || !hasReached(replica, replica.requiredPosition)) return
    replica.hasSpace ||= await openSpacesOf(replica, space, former)
    replica.isUsed = replica.hasSpace
    if (!replica.isUsed) return
    replica.excludedFor = undefined
    log.info(`The standby server ${replica.name} is read from.`)
  }

  async function locate(replica: Replica): Promise<void> {
    try {
      replica.position = await pTimeout(replayedPosition(replica.monitored.database), {
        milliseconds: RESPONSE_TIMEOUT_MS,
        message: 'it does not answer',
      })
      if (replica.position === undefined) throw new Error('it is no standby of the primary')
    } catch (error) {
      replica.position = undefined
      exclude(replica, messageOf(error))
      for (const reject of replica.rejectPending) reject(new DomainError('unavailable', messageOf(error)))
    }
  }

  /** Logs each reason once. */
  function exclude(replica: Replica, reason: string, requiredPosition = 0n): void {
    if (replica.isUsed || replica.excludedFor === undefined)
      log.warn(`The standby server ${replica.name} is not read from for now: ${reason}.`)
    replica.isUsed = false
    replica.excludedFor = reason
    replica.requiredPosition = requiredPosition
  }
}

async function repeatUntil(signal: AbortSignal, check: () => Promise<void>): Promise<void> {
  while (!signal.aborted) {
    await check()
    await sleep(CHECK_INTERVAL_MS, undefined, { signal }).catch(() => {})
  }
}

/** The replica is read from again once it has opened the spaces. */
function closeSpaces(replica: Replica): void {
  replica.hasSpace = false
  replica.isUsed = false
}

/** @returns false if the replica does not have the embedders yet, or does not answer */
function openSpacesOf(
  { catalog: { spaces } }: Replica,
  active: VectorSpace,
  former: VectorSpace | undefined,
): Promise<boolean> {
  return spaces
    .activate(active)
    .then(() => spaces.openFormer(former))
    .then(
      () => true,
      () => false,
    )
}

/** @returns a function that records positions of the primary, and returns the one of `MAX_LAG_MS` ago */
function trackLag(): (written: bigint | undefined) => bigint {
  const positions: { at: number; position: bigint }[] = []
  return (written) => {
    const now = performance.now()
    if (written !== undefined) positions.push({ at: now, position: written })
    while (positions.length > 1 && positions[1]!.at <= now - MAX_LAG_MS) positions.shift()
    const oldest = positions[0]
    return oldest !== undefined && oldest.at <= now - MAX_LAG_MS ? oldest.position : 0n
  }
}
