import { AsyncLocalStorage } from 'node:async_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { describeServer, type PostgresOptions } from '../../database/postgres/connection.ts'
import { connect, type PostgresDatabase } from '../../database/postgres/database.ts'
import { DomainError, messageOf } from '../../errors.ts'
import type { Log } from '../../log.ts'
import type { Catalog, VectorSpace } from '../catalog.ts'
import type { Reads } from '../reads.ts'
import { findFurther } from '../sql/embedders.ts'
import { type CallByName, callByName, type StoreCall, storesOver } from '../stores.ts'
import { createPostgresCatalog } from './catalog.ts'
import {
  hasReached,
  MAX_LAG_MS,
  monitorReplicas,
  type Replica,
  type ReplicaMonitor,
  TOO_FAR_BEHIND,
} from './replica-monitor.ts'
import { formatPosition, parsePosition, writtenPosition } from './wal-position.ts'

export interface Replicas extends Reads {
  /** The primary has activated a space. */
  activateSpace(space: VectorSpace): Promise<void>
  /** The primary has opened a former space, or closed it. */
  openFormer(space: VectorSpace | undefined): Promise<void>
  close(): Promise<void>
}

export interface ReplicasOptions {
  primary: PostgresDatabase
  /** The catalog on the primary. */
  catalog: Catalog
  replicas: readonly PostgresOptions[]
  log: Log
}

const POLL_INTERVAL_MS = 15

/** Connects to standby servers, and reads from those that do not lag too far behind. */
export function openReplicas({ primary, catalog, replicas: servers, log }: ReplicasOptions): Replicas {
  const required = new AsyncLocalStorage<bigint | undefined>()
  const replicas = servers.map((options) => openReplica(options, primary, log))
  const monitor = monitorReplicas(primary, replicas, log)
  const choose = () => chooseReplica(replicas, required.getStore(), monitor)

  return {
    catalog: { ...storesOver(routeCalls(catalog, choose, monitor)), close: () => catalog.close() },
    at: (position, work) => required.run(parsePosition(position), work),
    async position() {
      return formatPosition(await writtenPosition(primary.database))
    },
    async waitForReplicas() {
      if (replicas.some(({ isUsed }) => isUsed))
        await waitForReplicas(replicas, await writtenPosition(primary.database), monitor)
    },
    activateSpace: (space) => monitor.activateSpace(space),
    openFormer: (space) => monitor.openFormer(space),
    async close() {
      await monitor.close()
      await Promise.all(replicas.flatMap(({ opened, monitored }) => [opened.close(), monitored.close()]))
    },
  }
}

function openReplica(
  options: PostgresOptions,
  primary: PostgresDatabase,
  log: ReplicasOptions['log'],
): Replica {
  const opened = connect(options)
  return {
    name: describeServer(options),
    catalog: createPostgresCatalog(opened, {
      canWrite: false,
      log,
      // The primary assigns the ids of embedders.
      async register({ embedder, fingerprint, further = [] }) {
        const { id } = await primary.database
          .selectFrom('embedders')
          .select('id')
          .where('name', '=', embedder)
          .where('fingerprint', '=', fingerprint)
          .executeTakeFirstOrThrow()
        return { id, dropped: undefined, further: await findFurther(primary.database.withTables(), further) }
      },
    }),
    opened,
    monitored: connect(options, 1),
    position: undefined,
    isUsed: false,
    excludedFor: undefined,
    requiredPosition: 0n,
    rejectPending: new Set(),
    hasSpace: false,
  }
}

/** Sends each call to a replica or to the primary, as `READ_FROM` requires. */
function routeCalls(
  catalog: Catalog,
  choose: () => Promise<Replica | undefined>,
  monitor: ReplicaMonitor,
): StoreCall {
  return async (store, method, args, from) => {
    const call: Parameters<CallByName> = [store, method, args]
    if (from === 'primary') return callByName(catalog, ...call)
    const found = await read(call)
    return from === 'replica, else primary' ? (found ?? callByName(catalog, ...call)) : found
  }

  async function read(call: Parameters<CallByName>): Promise<unknown> {
    const replica = await choose()
    if (replica === undefined) return callByName(catalog, ...call)
    try {
      return await untilRejected(replica, callByName(replica.catalog, ...call))
    } catch (error) {
      if (!(error instanceof DomainError && error.code === 'unavailable')) throw error
      monitor.exclude(replica, messageOf(error))
      return callByName(catalog, ...call)
    }
  }
}

/** @throws {DomainError} `unavailable` if the monitor finds that the replica does not answer */
function untilRejected(replica: Replica, result: Promise<unknown>): Promise<unknown> {
  return new Promise((resolve, reject) => {
    replica.rejectPending.add(reject)
    result.then(resolve, reject).finally(() => replica.rejectPending.delete(reject))
  })
}

/** Chooses one of the usable replicas that have reached a position at random. */
async function chooseReplica(
  replicas: readonly Replica[],
  position: bigint | undefined,
  monitor: ReplicaMonitor,
): Promise<Replica | undefined> {
  const used = replicas.filter(({ isUsed }) => isUsed)
  const upToDate = () => used.filter((replica) => position === undefined || hasReached(replica, position))
  if (upToDate().length === 0) await Promise.all(used.map((replica) => monitor.locate(replica)))
  const candidates = upToDate()
  return candidates[Math.floor(Math.random() * candidates.length)]
}

/** Waits until all usable replicas have reached a position, and excludes those that take too long. */
async function waitForReplicas(
  replicas: readonly Replica[],
  position: bigint,
  monitor: ReplicaMonitor,
): Promise<void> {
  const deadline = performance.now() + MAX_LAG_MS
  const behind = () => replicas.filter((replica) => replica.isUsed && !hasReached(replica, position))
  while (behind().length > 0 && performance.now() < deadline && !monitor.signal.aborted) {
    await Promise.all(behind().map((replica) => monitor.locate(replica)))
    if (behind().length > 0) await sleep(POLL_INTERVAL_MS)
  }
  for (const replica of behind()) monitor.exclude(replica, TOO_FAR_BEHIND, position)
}
