import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { Client } from 'pg'
import { stringify } from 'yaml'
import { createRandom, type Random } from '../../scripts/demo/random.ts'
import { clientConfig, type PostgresOptions } from '../../server/src/database/postgres/connection.ts'
import { freePort } from '../../server/src/testing/free-port.ts'
import { startPostgres } from '../../server/src/testing/postgres.ts'
import { type ClientReport, startClient } from './client.ts'
import { Members } from './members.ts'
import { NumberedFolder } from './numbered-folder.ts'

export interface ClusterOptions {
  seed: number
  files: number
  servers: number
  workers: number
  /** Processes that are ended without warning, and started again. */
  kills: number
  /** Restarts of the database server, as after a crash. */
  restarts: number
  /** Time that the embedder takes for a picture. */
  msPerImage: number
  directory: string
  log?: (line: string) => void
}

export interface ClusterResult {
  files: number
  kills: number
  watchersKilled: number
  restarts: number
  /** Number of superfluous embeddings: images that were embedded more than once. */
  excess: number
  /** Seconds until another process watched, after the one that did was killed. */
  takeovers: number[]
  /** Seconds that the slowest process took to start, as a measure of load. */
  slowestStart: number
  seconds: number
  missing: string[]
  surplus: string[]
  unembedded: number
  failed: number
  /** Events that the client missed, received twice or received out of order. */
  eventsLost: number
  client: ClientReport
}

const EMBEDDER = fileURLToPath(new URL('./numbered-embedder.ts', import.meta.url))
const SETTLE_TIMEOUT_MS = 180_000
const LIST_PAGE = 1000

/** Runs several servers and workers on one database, and kills them at random while the folder changes. */
export async function runCluster(options: ClusterOptions): Promise<ClusterResult> {
  const { seed, files, directory, log = () => {} } = options
  const random = createRandom(seed)
  const folder = new NumberedFolder(join(directory, 'gallery'), random)
  const embeddedLog = join(directory, 'embedded.txt')
  await writeFile(embeddedLog, '')
  await folder.fill(files)
  const server = await startPostgres()
  const database = await server.createDatabase()
  const config = join(directory, 'config.yaml')
  await writeFile(config, configuration({ database, folder, embeddedLog, msPerImage: options.msPerImage }))
  const members = new Members(random, log)
  const start = performance.now()
  try {
    const { starts, urls } = await memberStarts(options, config)
    await members.start(starts)
    const client = startClient(urls, createRandom(seed + 1))
    for (const step of chaos(options, random)) {
      await folder.change()
      await sleep(random.between(500, 2500))
      if (step === 'restart') {
        log('the database is restarted')
        await server.restart()
      } else await members.killOne(step === 'kill watcher')
    }
    await folder.change()
    await settle(urls[0]!, folder, log)
    await client.stop()
    const listed = await listAll(urls[1] ?? urls[0]!)
    const status = await statusOf(urls[0]!)
    const embedded = (await readFile(embeddedLog, 'utf8')).split('\n').filter((line) => line !== '')
    return {
      files: folder.paths.size,
      kills: options.kills,
      watchersKilled: members.watchersKilled,
      restarts: options.restarts,
      excess: embedded.length - new Set(embedded).size,
      takeovers: members.takeovers,
      slowestStart: members.slowestStart,
      seconds: (performance.now() - start) / 1000,
      missing: [...folder.paths.difference(new Set(listed))],
      surplus: listed.filter((path) => !folder.paths.has(path)),
      unembedded: status.to_embed,
      failed: status.failed,
      eventsLost: await countLost(database, client.report.events),
      client: client.report,
    }
  } finally {
    await members.killAll()
    await server.close()
  }
}

interface Configured {
  database: PostgresOptions
  folder: NumberedFolder
  embeddedLog: string
  msPerImage: number
}

function configuration({ database, folder, embeddedLog, msPerImage }: Configured): string {
  return stringify({
    database,
    watcher: { watched_directory: folder.root, watch_recursive: true },
    embedder_registry: {
      chosen_embedder: 'numbered',
      embedders: {
        numbered: {
          file: EMBEDDER,
          class_name: 'NumberedEmbedder',
          kwargs: { log: embeddedLog, ms: msPerImage },
        },
      },
    },
  })
}

/** Returns the commands of the processes, and the addresses of those that are servers. */
async function memberStarts({ servers, workers, directory }: ClusterOptions, config: string) {
  const starts: { name: string; args: string[]; started: RegExp }[] = []
  const urls: string[] = []
  for (let n = 0; n < servers + workers; n++) {
    const own = ['--config', config, '--data-directory', join(directory, `data-${n}`)]
    if (n < servers) {
      const port = String(await freePort())
      urls.push(`http://127.0.0.1:${port}`)
      const args = ['serve', '--port', port, ...own]
      starts.push({ name: `server ${n}`, args, started: /Sketch-Search: (http:\S+)/ })
    } else {
      const args = ['worker', ...own]
      starts.push({ name: `worker ${n - servers}`, args, started: /Sketch-Search worker/ })
    }
  }
  return { starts, urls }
}

function chaos({ kills, restarts }: ClusterOptions, random: Random): ('kill watcher' | 'kill' | 'restart')[] {
  const killed = Array.from({ length: kills }, (_, n) => (n % 3 === 0 ? 'kill watcher' : 'kill'))
  const restarted = Array.from({ length: restarts }, () => 'restart' as const)
  return [...killed, ...restarted].sort(() => random.between(-1, 1))
}

async function settle(url: string, folder: NumberedFolder, log: (line: string) => void): Promise<void> {
  const deadline = performance.now() + SETTLE_TIMEOUT_MS
  for (;;) {
    const status = await statusOf(url).catch(() => undefined)
    if (status?.indexed === folder.paths.size && status.pending === 0 && status.to_embed === 0) return
    if (performance.now() > deadline) {
      log(`not settled: ${JSON.stringify(status)}, expected ${folder.paths.size}`)
      return
    }
    await sleep(250)
  }
}

/** Compares the events that a client received with the events in the table, from its first to its last. */
async function countLost(database: PostgresOptions, published: readonly number[]): Promise<number> {
  const client = new Client(clientConfig(database))
  await client.connect()
  const { rows } = await client.query<{ id: string }>(
    'select id from events where id between $1 and $2 order by id',
    [published[0] ?? 0, published.at(-1) ?? 0],
  )
  await client.end()
  const heard = new Set(published)
  const missing = rows.filter(({ id }) => !heard.has(Number(id))).length
  return missing + published.filter((id, n) => n > 0 && id <= published[n - 1]!).length
}

async function statusOf(url: string) {
  const response = await fetch(`${url}/api/index/status`)
  return (await response.json()) as { indexed: number; pending: number; to_embed: number; failed: number }
}

async function listAll(url: string): Promise<string[]> {
  const found: string[] = []
  for (let page = 1; ; page++) {
    const response = await fetch(
      `${url}/api/images?items_per_page=${LIST_PAGE}&page=${page}&order_by=user_visible_name`,
    )
    const { images } = (await response.json()) as { images: { path: string }[] }
    found.push(...images.map(({ path }) => path))
    if (images.length < LIST_PAGE) return found
  }
}
