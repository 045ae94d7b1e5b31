import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { PgBoss } from 'pg-boss'
import { DomainError, isSystemError, messageOf } from '../errors.ts'
import { jobKey } from '../indexing/file-version.ts'
import type { FileOutcome, FileVersion } from '../indexing/indexer.ts'
import type { Log } from '../log.ts'
import type { ClusterStorage } from '../storage/open-storage.ts'
import { Acknowledgements } from './acknowledgements.ts'

/** A request to the leader. */
export type LeaderCommand =
  | { kind: 'reconcile'; acceptsMissing: boolean }
  /** Paths that may have changed. */
  | { kind: 'look'; paths: string[] }

/** A file whose job was retried in vain: its process died each time, or the cause was not the file. */
export interface DeadFileJob extends FileVersion {
  reason: string
}

/** Jobs for any process on the database. If a process dies, another one repeats its jobs. */
export interface JobQueue {
  /** A file that waits or is being indexed, unchanged, is not added again, unless it is to be reread. */
  addFiles(files: readonly FileVersion[]): Promise<void>
  /** Processes files until stopped. Jobs of a process that dies are retried by the others. */
  workOnFiles(options: {
    batchSize: number
    index(file: FileVersion): Promise<FileOutcome>
    /** Called with paths whose files were gone or are still being written to, after their jobs have ended. */
    onUnfinished(paths: string[]): void
    lost(file: DeadFileJob): Promise<void>
  }): Promise<void>
  /** Number of files that wait or are being indexed. */
  countFiles(): Promise<number>
  /**
   * @param whileTrue waits for the response while this returns true; without it, does not wait
   * @throws {DomainError} `unavailable` if it was not done
   */
  request(request: LeaderCommand, whileTrue?: () => boolean): Promise<void>
  /** Responds to requests until the returned function is called. */
  handle(handler: (request: LeaderCommand) => Promise<void>): Promise<() => Promise<void>>
  close(): Promise<void>
}

export interface JobQueueOptions {
  connection: ReturnType<ClusterStorage['connection']>
  /** Identifies the embedder: processes with another one use another queue. */
  space: string
  /** Number of retries of a failed job, and the first delay in seconds. */
  retries?: { retryLimit: number; retryDelay: number }
  /** Whether an error is due to an outage of the database, which is logged elsewhere. */
  isOutage: (error: unknown) => boolean
  log: Pick<Log, 'warn'>
}

const SCHEMA = 'sketch_search_jobs'
const WATCH_QUEUE = 'watch'
const CONNECTIONS = 4
const CONCURRENT_JOBS = 3
/** A process without a heartbeat for this time is dead. The check runs as often. */
const HEARTBEAT_S = 20
const SUPERVISE_EVERY_S = 5
/** The time of a job is not limited: only a missing heartbeat ends it. */
const JOB_TIMEOUT_S = 23 * 3600
const ENDED_JOB_RETENTION_S = 120
const RETRIES = { retryLimit: 8, retryDelay: 1 }
const MAX_DELAY_S = 300
const POLL_EVERY_MS = 250
const ROWS_PER_STATEMENT = 1000
const NO_LIMIT = 1_000_000_000
const CLOSE_TIMEOUT_MS = 10_000
/** Maximum age of a confirmed removal: later, other files may be missing. */
const STALE_AFTER_MS = 120_000

/** Returns the name of the queue of files whose jobs have failed for good. */
const lostQueue = (files: string) => `lost-${files}`

export async function openJobQueue(options: JobQueueOptions): Promise<JobQueue> {
  const { space, retries = RETRIES, isOutage, log } = options
  const boss = createBoss(options)
  let lastLogged = ''
  // While the database is unavailable, each of the connections reports an error.
  boss.on('error', (error) => {
    // Some errors of pg-boss are plain objects.
    const message = messageOf(error instanceof Error ? error : (error as { message?: unknown }).message)
    if (isOutage(new Error(message))) return
    if (message !== lastLogged) log.warn(`The queue of jobs: ${message}.`)
    lastLogged = message
  })
  await boss.start({ attempts: 5 })
  const files = `files-${createHash('sha256').update(space).digest('hex').slice(0, 12)}`
  await boss.createQueue(lostQueue(files), {
    retryLimit: 1000,
    retryDelay: 60,
    deleteAfterSeconds: ENDED_JOB_RETENTION_S,
  })
  await boss.createQueue(files, {
    ...retries,
    retryBackoff: true,
    retryDelayMax: MAX_DELAY_S,
    policy: 'exclusive',
    notify: true,
    heartbeatSeconds: HEARTBEAT_S,
    expireInSeconds: JOB_TIMEOUT_S,
    deleteAfterSeconds: ENDED_JOB_RETENTION_S,
    deadLetter: lostQueue(files),
    warningQueueSize: NO_LIMIT,
  })
  await boss.createQueue(WATCH_QUEUE, {
    notify: true,
    retryLimit: 3,
    retryDelay: 1,
    heartbeatSeconds: HEARTBEAT_S,
    expireInSeconds: JOB_TIMEOUT_S,
    deleteAfterSeconds: ENDED_JOB_RETENTION_S,
  })
  return new BossQueue(boss, files)
}

/** Opens the jobs of pg-boss in a schema of their own. */
function createBoss({ connection }: JobQueueOptions): PgBoss {
  const { connectionString, host, port, database, user, password, ssl } = connection
  return new PgBoss({
    ...(connectionString === undefined
      ? { host: host!, port: port!, database: database!, user: user!, password: password as string }
      : { connectionString }),
    ...(ssl !== undefined && { ssl }),
    application_name: 'sketch-search jobs',
    schema: SCHEMA,
    max: CONNECTIONS,
    schedule: false,
    useListenNotify: true,
    registerInstance: false,
    openTelemetry: { enabled: false },
    superviseIntervalSeconds: SUPERVISE_EVERY_S,
    monitorIntervalSeconds: SUPERVISE_EVERY_S,
    maintenanceIntervalSeconds: ENDED_JOB_RETENTION_S,
    queueCacheIntervalSeconds: SUPERVISE_EVERY_S,
  })
}

class BossQueue implements JobQueue {
  readonly #boss: PgBoss
  readonly #files: string

  /** @param files name of the queue of files */
  constructor(boss: PgBoss, files: string) {
    this.#boss = boss
    this.#files = files
  }

  async addFiles(versions: readonly FileVersion[]): Promise<void> {
    for (let start = 0; start < versions.length; start += ROWS_PER_STATEMENT) {
      const jobs = versions.slice(start, start + ROWS_PER_STATEMENT).map((version) => {
        const { path, bytes, modifiedAt, isReread, sidecar } = version
        return {
          data: {
            path,
            bytes,
            modifiedAt,
            ...(isReread && { isReread }),
            ...(sidecar !== undefined && { sidecar }),
          },
          singletonKey: createHash('sha256').update(jobKey(version)).digest('base64url'),
        }
      })
      await this.#boss.insert(this.#files, jobs)
    }
  }

  async workOnFiles(options: Parameters<JobQueue['workOnFiles']>[0]): Promise<void> {
    const { batchSize, index, onUnfinished, lost } = options
    const taking = {
      batchSize,
      includeMetadata: true,
      perJobResults: true,
      localConcurrency: CONCURRENT_JOBS,
      burstWhenBatchFull: true,
      pollingIntervalSeconds: 1,
      notifyPollingIntervalSeconds: 5,
    } as const
    await this.#boss.work<FileVersion, unknown, typeof taking>(this.#files, taking, async (jobs) => {
      const acknowledgements = new Acknowledgements({
        complete: async (ended) => void (await this.#boss.complete(this.#files, ended)),
        onUnfinished,
      })
      const indexed = jobs.map(async (job) => {
        const { id, retryCount, retryLimit } = job
        const outcome = await index(job.data)
        acknowledgements.add(job, outcome)
        if (typeof outcome === 'string') return { id, status: 'completed' as const }
        const { left: reason } = outcome
        // A full disk or a lost drive is no fault of the file: the next scan finds it again.
        const isExpected = reason instanceof DomainError || isSystemError(reason)
        const isLeft = retryCount >= retryLimit && isExpected
        return {
          id,
          status: isLeft ? ('completed' as const) : ('failed' as const),
          output: { message: messageOf(reason) },
        }
      })
      const results = await Promise.all(indexed)
      await acknowledgements.end()
      return results
    })
    const takingLost = { includeMetadata: true, pollingIntervalSeconds: 5 } as const
    await this.#boss.work<FileVersion, unknown, typeof takingLost>(
      lostQueue(this.#files),
      takingLost,
      async (jobs) => {
        for (const { data, sourceOutput } of jobs) await lost({ ...data, reason: reasonOf(sourceOutput) })
      },
    )
  }

  async countFiles(): Promise<number> {
    const { rows } = await this.#boss
      .getDb()
      .executeSql(
        `select count(*)::int as count from ${SCHEMA}.job where name = $1 and state < 'completed'`,
        [this.#files],
      )
    return rows[0].count as number
  }

  async request(request: LeaderCommand, whileTrue?: () => boolean): Promise<void> {
    // A confirmation refers to the files that are missing now, so it must not be repeated later.
    const id = await this.#boss.send(WATCH_QUEUE, request, isConfirmed(request) ? { retryLimit: 0 } : {})
    if (whileTrue === undefined || id === null) return
    while (whileTrue()) {
      await sleep(POLL_EVERY_MS)
      const [job] = await this.#boss.findJobs<LeaderCommand>(WATCH_QUEUE, { id })
      if (job === undefined || job.state === 'completed') return
      if (job.state === 'failed' || job.state === 'cancelled')
        throw new DomainError('unavailable', `The folder could not be scanned: ${reasonOf(job.output)}.`)
    }
    await this.#boss.cancel(WATCH_QUEUE, id)
    throw noLeaderError()
  }

  async handle(handler: (request: LeaderCommand) => Promise<void>): Promise<() => Promise<void>> {
    const id = await this.#boss.work<LeaderCommand>(
      WATCH_QUEUE,
      { pollingIntervalSeconds: 1, notifyPollingIntervalSeconds: 5 },
      async ([job]) => {
        if (job === undefined) return
        if (isConfirmed(job.data) && (await this.#ageOf(job.id)) > STALE_AFTER_MS)
          throw new DomainError('unavailable', 'the request is too old to be carried out')
        await handler(job.data)
      },
    )
    return () => this.#boss.offWork(WATCH_QUEUE, { id, wait: false })
  }

  /** @returns milliseconds by the clock of the database: those of two processes may differ by minutes */
  async #ageOf(id: string): Promise<number> {
    const { rows } = await this.#boss
      .getDb()
      .executeSql(
        `select extract(epoch from now() - created_on)::float8 * 1000 as age from ${SCHEMA}.job where name = $1 and id = $2`,
        [WATCH_QUEUE, id],
      )
    return rows[0].age as number
  }

  async close(): Promise<void> {
    await this.#boss.stop({ graceful: true, timeout: CLOSE_TIMEOUT_MS })
  }
}

export function noLeaderError(): DomainError {
  return new DomainError(
    'unavailable',
    'No process watches the gallery at present: start a worker, or a server without --no-index.',
  )
}

function isConfirmed(request: LeaderCommand): boolean {
  return request.kind === 'reconcile' && request.acceptsMissing
}

/** Returns the stored reason why a job failed. */
function reasonOf(output: unknown): string {
  const message =
    typeof output === 'object' && output !== null && 'message' in output ? output.message : undefined
  return typeof message === 'string' ? message : 'its process ended'
}
