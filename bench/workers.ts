import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { Client } from 'pg'
import { stringify } from 'yaml'
import { numberedPicture } from '../e2e/cluster/numbered-pictures.ts'
import { startLongRunning } from '../e2e/support/product.ts'
import { openJobQueue } from '../server/src/cluster/job-queue.ts'
import { clientConfig, type PostgresOptions } from '../server/src/database/postgres/connection.ts'
import { type PostgresServer, startPostgres } from '../server/src/testing/postgres.ts'
import { table } from './support.ts'

const EMBEDDER = fileURLToPath(new URL('../e2e/cluster/numbered-embedder.ts', import.meta.url))
const FILES = 2_000
/** Time that a medium model takes on a machine of its own. This one only sleeps, because the workers share the cores. */
const MS_PER_IMAGE = 25
/** The beginning and the end of a run are left out. */
const [FROM, UNTIL] = [0.2, 0.9]
const JOBS = 20_000
const TAKEN = 64

/** How indexing scales with workers, and what the queue costs. */
export async function benchWorkers(directory: string): Promise<string> {
  const gallery = join(directory, 'gallery')
  await mkdir(gallery, { recursive: true })
  for (let n = 0; n < FILES; n++) await writeFile(join(gallery, `${n}.png`), await numberedPicture(n))
  const server = await startPostgres()
  try {
    const rates: number[] = []
    for (const count of [1, 2])
      rates.push(await indexWith(count, server, gallery, join(directory, `${count}`)))
    const [one, two] = rates as [number, number]
    const { addedPerS, donePerS } = await queueRates(await server.createDatabase())
    const most = 1000 / MS_PER_IMAGE
    return [
      `## Workers on PostgreSQL, ${FILES} files, an embedder that sleeps ${MS_PER_IMAGE} ms for a picture\n`,
      table(
        ['workers', 'images/s', 'share of what the embedder allows', 'times one worker'],
        [
          [1, one.toFixed(1), (one / most).toFixed(3), '1.00'],
          [2, two.toFixed(1), (two / (2 * most)).toFixed(3), (two / one).toFixed(2)],
        ],
      ),
      `The queue by itself, in one process: ${addedPerS.toFixed(0)} jobs/s added, ${donePerS.toFixed(0)} jobs/s taken and done, ${TAKEN} at a time.\n`,
    ].join('\n')
  } finally {
    await server.close()
  }
}

/** @returns images per second while all workers work */
async function indexWith(
  count: number,
  server: PostgresServer,
  gallery: string,
  directory: string,
): Promise<number> {
  await mkdir(directory, { recursive: true })
  const database = await server.createDatabase()
  const embedder = { file: EMBEDDER, class_name: 'NumberedEmbedder', kwargs: { ms: MS_PER_IMAGE } }
  const config = join(directory, 'config.yaml')
  await writeFile(
    config,
    stringify({
      database,
      watcher: { watched_directory: gallery, watch_recursive: true },
      embedder_registry: { chosen_embedder: 'numbered', embedders: { numbered: embedder } },
    }),
  )
  const workers = await Promise.all(
    Array.from({ length: count }, (_, n) =>
      startLongRunning(
        ['worker', '--config', config, '--data-directory', join(directory, `data-${n}`)],
        /Sketch-Search worker/,
      ),
    ),
  )
  const client = new Client(clientConfig(database))
  await client.connect()
  try {
    let from: { at: number; images: number } | undefined
    for (;;) {
      await sleep(20)
      const { rows } = await client.query<{ n: number }>('select count(*)::int as n from images')
      const now = { at: performance.now(), images: rows[0]!.n }
      if (now.images >= FILES * FROM) from ??= now
      if (now.images >= FILES * UNTIL && from !== undefined)
        return (1000 * (now.images - from.images)) / (now.at - from.at)
    }
  } finally {
    await client.end()
    await Promise.all(workers.map((worker) => worker.stop()))
  }
}

async function queueRates(database: PostgresOptions): Promise<{ addedPerS: number; donePerS: number }> {
  const log = { warn: (message: string) => console.error(message) }
  const jobs = await openJobQueue({
    connection: clientConfig(database),
    space: 'bench',
    isOutage: () => false,
    log,
  })
  const files = Array.from({ length: JOBS }, (_, n) => ({ path: `${n}.jpg`, bytes: n, modifiedAt: n }))
  const start = performance.now()
  await jobs.addFiles(files)
  const added = performance.now()
  let left = JOBS
  const done = Promise.withResolvers<void>()
  await jobs.workOnFiles({
    batchSize: TAKEN,
    async index() {
      if (--left === 0) done.resolve()
      return 'done'
    },
    onUnfinished: () => {},
    lost: async () => {},
  })
  await done.promise
  const end = performance.now()
  await jobs.close()
  return { addedPerS: (1000 * JOBS) / (added - start), donePerS: (1000 * JOBS) / (end - added) }
}
