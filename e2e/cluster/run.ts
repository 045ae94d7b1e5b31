import { mkdir, readFile, rename, unlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { Client } from 'pg'
import { stringify } from 'yaml'
import { createRandom } from '../../scripts/demo/random.ts'
import { clientConfig, type PostgresOptions } from '../../server/src/database/postgres/connection.ts'
import { freePort } from '../../server/src/testing/free-port.ts'
import { writeSettled } from '../../server/src/testing/pictures.ts'
import { startPostgres } from '../../server/src/testing/postgres.ts'
import { type Product, startLongRunning } from '../support/product.ts'
import { type ClientReport, startClient } from './client.ts'
import { numberedPicture } from './numbered-pictures.ts'

export interface ClusterOptions {
  seed: number
  files: number
  servers: number
  workers: number
  /** Processes that are ended without warning, and started again. */
  kills: number
  /** Restarts of the database server, as after a crash. */
  restarts: number
  /** How long the embedder takes for a picture. */
  msPerImage: number
  directory: string
  say?: (line: string) => void
}

export interface ClusterResult {
  files: number
  kills: number
  watchersKilled: number
  restarts: number
  /** Images that were embedded more often than once, and how often too often. */
  excess: number
  /** Seconds until another process watched, after the one that did was killed. */
  takeovers: number[]
  /** Seconds that the slowest process took to start: how busy the machine is. */
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
const SETTLE_WITHIN_MS = 180_000
const LIST_PAGE = 1000
const TAKE_OVER_WITHIN_MS = 60_000

interface Member {
  name: string
  start(): Promise<Product>
  product: Product
}

/** Several servers and workers on one database, ended without warning at random while the folder changes. */
export async function runCluster(options: ClusterOptions): Promise<ClusterResult> {
  const { seed, files, directory, say = () => {} } = options
  const random = createRandom(seed)
  const gallery = join(directory, 'gallery')
  const embeddedLog = join(directory, 'embedded.txt')
  await writeFile(embeddedLog, '')
  const paths = new Map<number, string>()
  for (let n = 0; n < files; n++) {
    const path = `folder-${n % 20}/${n}.png`
    await writeSettled(join(gallery, path), await numberedPicture(n))
    paths.set(n, path)
  }
  const server = await startPostgres()
  const config = join(directory, 'config.yaml')
  const database = await server.createDatabase()
  await writeFile(
    config,
    stringify({
      database,
      watcher: { watched_directory: gallery, watch_recursive: true },
      embedder_registry: {
        chosen_embedder: 'numbered',
        embedders: {
          numbered: {
            file: EMBEDDER,
            class_name: 'NumberedEmbedder',
            kwargs: { log: embeddedLog, ms: options.msPerImage },
          },
        },
      },
    }),
  )
  const members: Member[] = []
  const start = performance.now()
  let slowestStart = 0
  try {
    const urls: string[] = []
    for (let n = 0; n < options.servers + options.workers; n++) {
      const isServer = n < options.servers
      const port = String(await freePort())
      const own = ['--config', config, '--data-directory', join(directory, `data-${n}`)]
      const args = isServer ? ['serve', '--port', port, ...own] : ['worker', ...own]
      const started = isServer ? /Sketch-Search: (http:\S+)/ : /Sketch-Search worker/
      if (isServer) urls.push(`http://127.0.0.1:${port}`)
      const name = isServer ? `server ${n}` : `worker ${n - options.servers}`
      members.push({ name, start: () => startLongRunning(args, started), product: undefined as never })
    }
    await Promise.all(
      members.map(async (member) => {
        member.product = await timedStart(member)
      }),
    )
    const client = startClient(urls, createRandom(seed + 1))
    const takeovers: number[] = []
    let watchersKilled = 0
    let next = files
    const chaos: ('kill watcher' | 'kill' | 'restart')[] = [
      ...Array.from({ length: options.kills }, (_, n) => (n % 3 === 0 ? 'kill watcher' : 'kill')),
      ...Array.from({ length: options.restarts }, () => 'restart' as const),
    ].sort(() => random.between(-1, 1))
    for (const step of chaos) {
      await changeFolder()
      await sleep(random.between(500, 2500))
      if (step === 'restart') {
        say('the database is restarted')
        await server.restart()
      } else await killOne(step === 'kill watcher')
    }
    await changeFolder()
    await settle(urls[0]!)
    await client.stop()

    const listed = await listAll(urls[1] ?? urls[0]!)
    const expected = new Set(paths.values())
    const status = await statusOf(urls[0]!)
    const embedded = (await readFile(embeddedLog, 'utf8')).split('\n').filter((line) => line !== '')
    return {
      files: paths.size,
      kills: options.kills,
      watchersKilled,
      restarts: options.restarts,
      excess: embedded.length - new Set(embedded).size,
      takeovers,
      slowestStart,
      seconds: (performance.now() - start) / 1000,
      missing: [...expected].filter((path) => !listed.includes(path)),
      surplus: listed.filter((path) => !expected.has(path)),
      unembedded: status.to_embed,
      failed: status.failed,
      eventsLost: await countLost(database, client.report.events),
      client: client.report,
    }

    async function timedStart(member: Member): Promise<Product> {
      const begin = performance.now()
      const product = await member.start()
      slowestStart = Math.max(slowestStart, (performance.now() - begin) / 1000)
      return product
    }

    async function killOne(isWatcher: boolean): Promise<void> {
      const waitsUntil = performance.now() + (isWatcher ? TAKE_OVER_WITHIN_MS : 0)
      const findWatcher = () => members.find(({ product }) => isWatching(product))
      while (findWatcher() === undefined && performance.now() < waitsUntil) await sleep(50)
      const watcher = findWatcher()
      const member = isWatcher && watcher !== undefined ? watcher : random.pick(members)
      say(`${member.name} is killed${member === watcher ? ', which watches' : ''}`)
      const at = performance.now()
      const killed = member.product
      await killed.kill()
      const restarted = timedStart(member).then((product) => {
        member.product = product
      })
      if (member === watcher) {
        watchersKilled++
        // It may be the one that was killed, once it is started again.
        while (
          !members.some(({ product }) => product !== killed && isWatching(product)) &&
          performance.now() - at < TAKE_OVER_WITHIN_MS
        )
          await sleep(50)
        takeovers.push((performance.now() - at) / 1000)
      }
      await restarted
    }

    /** New files, moves within the gallery, deletions. */
    async function changeFolder(): Promise<void> {
      for (let change = 0; change < 12; change++) {
        const kind = random.pick(['add', 'add', 'move', 'delete'] as const)
        const n = random.pick([...paths.keys()])
        const path = paths.get(n)!
        if (kind === 'add') {
          const to = `new/${next}.png`
          await mkdir(join(gallery, 'new'), { recursive: true })
          await writeFile(join(gallery, to), await numberedPicture(next))
          paths.set(next++, to)
        } else if (kind === 'move') {
          const to = `moved-${Math.floor(random.between(0, 5))}/${n}.png`
          if (to === path) continue
          await mkdir(dirname(join(gallery, to)), { recursive: true })
          await rename(join(gallery, path), join(gallery, to))
          paths.set(n, to)
        } else {
          await unlink(join(gallery, path))
          paths.delete(n)
        }
      }
    }

    async function settle(url: string): Promise<void> {
      const deadline = performance.now() + SETTLE_WITHIN_MS
      for (;;) {
        const status = await statusOf(url).catch(() => undefined)
        if (status?.indexed === paths.size && status.pending === 0 && status.to_embed === 0) return
        if (performance.now() > deadline) {
          say(`not settled: ${JSON.stringify(status)}, expected ${paths.size}`)
          return
        }
        await sleep(250)
      }
    }
  } finally {
    await Promise.all(members.map(({ product }) => product?.kill()))
    await server.close()
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

function isWatching(product: Product): boolean {
  const output = product.output()
  return (
    output.lastIndexOf('watches the gallery from now on') > output.lastIndexOf('watches the gallery no more')
  )
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
