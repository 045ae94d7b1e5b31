import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from 'pg'
import { createRandom } from '../scripts/demo/random.ts'
import type { Catalog } from '../server/src/catalog/catalog.ts'
import { clientConfig, type PostgresOptions } from '../server/src/database/postgres/connection.ts'
import { DomainError } from '../server/src/errors.ts'
import { openStorage } from '../server/src/storage/open-storage.ts'
import type { CitusCluster } from '../server/src/testing/citus.ts'
import type { LargeSet } from './large/measurement.ts'
import { table } from './support.ts'
import { DIMENSIONS, record, unit } from './vectors.ts'

const SPACE = { embedder: 'bench', fingerprint: '', dimensions: DIMENSIONS }
const WORKING_MS = 5_000
const DOWN_MS = 3_000
const BATCH = 10
const log = { warn() {}, info() {} }

interface Counts {
  stored: Set<number>
  /** Images of calls that failed: they may be stored or not, but never in part. */
  uncertain: Set<number>
  searches: number
  wrong: number
  unavailable: number
  /** Errors of other kinds. */
  failed: number
}

/** Kills servers of a cluster while it is searched and written, and counts what is lost and wrong. @returns Markdown */
export async function measureFaults(
  cluster: CitusCluster,
  database: PostgresOptions,
  set: LargeSet,
): Promise<string> {
  const storage = await openStorage({ database, directory: '', canWrite: true, log })
  await storage.catalog.spaces.activate(SPACE)
  const rows: (string | number)[][] = []
  let next = set.count
  const servers = [
    ...cluster.nodes.map((node, n) => ({ name: `node ${n + 1}`, node })),
    { name: 'the coordinator', node: cluster.coordinator },
  ]
  for (const { name, node } of servers) {
    const counts: Counts = {
      stored: new Set(),
      uncertain: new Set(),
      searches: 0,
      wrong: 0,
      unavailable: 0,
      failed: 0,
    }
    const ending = new AbortController()
    const work = Promise.all([
      write(storage.catalog, counts, ending.signal, () => next++),
      search(storage.catalog, set, counts, ending.signal),
    ])
    await sleep(WORKING_MS)
    await node.crash()
    await sleep(DOWN_MS)
    await node.restart()
    await sleep(WORKING_MS)
    ending.abort()
    await work
    const { lost, partial } = await check(storage.catalog, database, counts)
    const { stored, searches, wrong, unavailable, failed } = counts
    rows.push([name, stored.size, lost, partial, searches, wrong, unavailable, failed])
  }
  await storage.close()
  return [
    `Faults: each server is killed as by a crash (\`SIGQUIT\`), is down for ${DOWN_MS / 1000} s and starts again, while one client stores images and another one searches for images that are stored.\n`,
    table(
      [
        'killed',
        'images stored meanwhile',
        'of them lost',
        'stored in part',
        'searches answered',
        'of them wrong',
        'calls answered with “unavailable”',
        'other errors',
      ],
      rows,
    ),
  ].join('\n')
}

/** A vector of its own for each number, far from the others. */
function vectorOf(n: number): Float32Array {
  const random = createRandom(n)
  return unit(Float32Array.from({ length: DIMENSIONS }, () => random.between(-1, 1)))
}

async function write(catalog: Catalog, counts: Counts, signal: AbortSignal, next: () => number) {
  while (!signal.aborted) {
    const numbers = Array.from({ length: BATCH }, next)
    try {
      await catalog.images.upsert(numbers.map((n) => record(n, vectorOf(n))))
      for (const n of numbers) counts.stored.add(n)
    } catch (error) {
      for (const n of numbers) counts.uncertain.add(n)
      await note(error, counts)
    }
  }
}

/** An answer is wrong if the image that has the vector of the query is not the first. */
async function search(catalog: Catalog, { vectors, count }: LargeSet, counts: Counts, signal: AbortSignal) {
  for (let q = 0; !signal.aborted; q++) {
    const stored = [...counts.stored]
    const n = q % 2 === 0 || stored.length === 0 ? (q * 7919) % count : stored[(q * 31) % stored.length]!
    const vector = n < count ? vectors[n]! : vectorOf(n)
    try {
      const page = { filter: {}, topK: 10, offset: 0, limit: 10 }
      const { images } = await catalog.vectors.nearest({ vector, ...page })
      counts.searches++
      if (images[0]?.contentHash !== String(n)) counts.wrong++
    } catch (error) {
      await note(error, counts)
    }
  }
}

async function note(error: unknown, counts: Counts): Promise<void> {
  const isUnavailable = error instanceof DomainError && error.code === 'unavailable'
  if (!isUnavailable) console.error(error)
  counts[isUnavailable ? 'unavailable' : 'failed']++
  await sleep(100)
}

/** Compares the rows of images, keys and vectors with what was stored. */
async function check(catalog: Catalog, database: PostgresOptions, { stored, uncertain }: Counts) {
  const client = new Client(clientConfig(database))
  await client.connect()
  const present = async (statement: string) =>
    new Set((await client.query<{ hash: string }>(statement)).rows.map(({ hash }) => hash))
  const data = await present('select content_hash as hash from vector_data')
  const keys = await present('select content_hash as hash from vectors')
  const images = await present('select content_hash as hash from images')
  await client.end()
  let lost = 0
  for (const n of stored) {
    const { images: found } = await catalog.vectors.nearest({
      vector: vectorOf(n),
      filter: {},
      topK: 1,
      offset: 0,
      limit: 1,
    })
    if (!images.has(String(n)) || !data.has(String(n)) || found[0]?.contentHash !== String(n)) lost++
  }
  const partial = [...stored, ...uncertain].filter((n) => {
    const parts = [data, keys, images].filter((set) => set.has(String(n)))
    return parts.length !== 0 && parts.length !== 3
  }).length
  return { lost, partial }
}
