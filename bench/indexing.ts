import { readFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import pino from 'pino'
import sharp from 'sharp'
import { createApp } from '../server/src/app.ts'
import { loadConfig } from '../server/src/config/load.ts'
import { walk } from '../server/src/gallery/walk.ts'
import { peakMemory, residentMemory, table } from './support.ts'

/** Indexing a folder from nothing, against a loop that only decodes the same files with the same library. */
export async function benchIndexing(gallery: string, dataDirectory: string): Promise<string> {
  const files = await filesOf(gallery)
  const decoding = await decodeLoop(files)
  const app = await createApp(configOf(gallery, dataDirectory), { log: pino({ level: 'silent' }) })
  const start = performance.now()
  await app.sync.reconcile()
  await app.indexer.idle()
  const indexing = files.length / ((performance.now() - start) / 1000)
  const memory = [residentMemory(process.pid), residentMemory(app.host.processId!), peakMemory(process.pid)]
  await app.close()
  const decodingAgain = await decodeLoop(files)
  const decode = (decoding + decodingAgain) / 2

  const again = performance.now()
  const second = await createApp(configOf(gallery, dataDirectory), { log: pino({ level: 'silent' }) })
  const ready = performance.now() - again
  let embedded = 0
  second.events.on('imagesIndexed', ({ count }) => {
    embedded += count
  })
  await second.sync.reconcile()
  await second.indexer.idle()
  const compared = performance.now() - again
  await second.close()

  return [
    `## Indexing ${files.length} files\n`,
    table(
      ['', 'images/s', 'ratio'],
      [
        ['decoding alone (mean of before and after)', decode.toFixed(0), '1'],
        ['the whole of indexing', indexing.toFixed(0), (indexing / decode).toFixed(2)],
      ],
    ),
    `A second start is ready after ${(ready / 1000).toFixed(2)} s and has compared the folder after ${(compared / 1000).toFixed(2)} s; it embedded ${embedded} images.`,
    `Resident memory after indexing: ${memory[0]} MiB in the server (${memory[2]} MiB at most), ${memory[1]} MiB in the embedding process.\n`,
  ].join('\n')
}

export function configOf(gallery: string, dataDirectory: string) {
  const flags = Object.entries({
    'watcher.watched_directory': gallery,
    'watcher.watch_recursive': true,
    data_directory: dataDirectory,
  }).map(([path, value]) => ({ path: path.split('.'), value, source: 'bench' }))
  return loadConfig({ environment: {}, flags, workingDirectory: gallery })
}

async function filesOf(gallery: string): Promise<string[]> {
  const files: string[] = []
  for await (const listing of walk(gallery, { recursive: true, excluded: [] }, () => {})) {
    files.push(...listing.files.map(({ path }) => join(gallery, path)))
  }
  return files
}

/** @returns images/s, as many at once as indexing has under way */
async function decodeLoop(files: string[]): Promise<number> {
  let next = 0
  const start = performance.now()
  const lane = async () => {
    while (next < files.length)
      await sharp(await readFile(files[next++]!))
        .raw()
        .toBuffer()
  }
  await Promise.all(Array.from({ length: 3 * availableParallelism() }, lane))
  return files.length / ((performance.now() - start) / 1000)
}
