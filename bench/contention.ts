import { join } from 'node:path'
import pino from 'pino'
import { createApp } from '../server/src/app/compose.ts'
import { DEFAULT_EMBEDDER } from '../server/src/config/built-in.ts'
import type { Config } from '../server/src/config/schema.ts'
import { listen } from '../server/src/http/listen.ts'
import { configOf } from './config.ts'
import { drawSketches, sendSketch } from './queries.ts'
import { median, ms, percentile, table } from './support.ts'

const QUERIES = 200
const WARM_UP = 5

/** Sketch queries while the gallery is being indexed, and afterwards, while nothing else happens. */
export async function benchContention(
  gallery: string,
  directory: string,
  checkpoint: string,
): Promise<string> {
  const rows: string[][] = []
  const models: Record<string, Config['embedder_registry']> = {
    'included model': { chosen_embedder: DEFAULT_EMBEDDER, windows: 'none', embedders: {} },
    classical: { chosen_embedder: 'classical', windows: 'none', embedders: {} },
    'ConvNeXt-Tiny': {
      chosen_embedder: 'convnext',
      windows: 'none',
      embedders: {
        convnext: {
          target: 'timm',
          args: [],
          kwargs: { timm_backbone: 'convnext_tiny', weights_path: checkpoint },
          device: 'cpu',
          start_timeout_s: 300,
          batch_timeout_s: 120,
        },
      },
    },
  }
  for (const [name, embedder_registry] of Object.entries(models)) {
    rows.push([name, ...(await measure({ ...configOf(gallery, join(directory, name)), embedder_registry }))])
  }
  const head = [
    'embedder',
    'idle: median',
    'p95',
    'indexing: median',
    'p95',
    'ratio of the p95',
    'images/s meanwhile',
  ]
  return `## Sketch queries while the gallery is indexed\n\n${table(head, rows)}`
}

async function measure(config: Config): Promise<string[]> {
  const app = await createApp(config, { log: pino({ level: 'silent' }) })
  const server = await listen(app.http, '127.0.0.1', 18_998)
  const sketches = await drawSketches(WARM_UP + QUERIES)
  const ask = async (first: number, count: number, isOver: () => boolean = () => false) => {
    const times: number[] = []
    for (let n = 0; n < count && !isOver(); n++) {
      times.push((await sendSketch(server.url, sketches[(first + n) % sketches.length]!)).total)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    return times
  }
  await ask(0, WARM_UP)
  void app.sync.scan()
  await new Promise((resolve) => setTimeout(resolve, 500))
  const { indexed: before } = await app.catalog.images.counts()
  const start = performance.now()
  const busy = await ask(1000, QUERIES, () => app.indexer.pending === 0)
  const seconds = (performance.now() - start) / 1000
  const { indexed: after } = await app.catalog.images.counts()
  await app.indexer.idle()
  // With all images, because an empty gallery answers sooner.
  const idle = await ask(0, QUERIES)
  await server.close()
  await app.close()
  return [
    ms(median(idle)),
    ms(percentile(idle, 0.95)),
    ms(median(busy)),
    `${ms(percentile(busy, 0.95))} (${busy.length} queries)`,
    (percentile(busy, 0.95) / percentile(idle, 0.95)).toFixed(1),
    ((after - before) / seconds).toFixed(1),
  ]
}
