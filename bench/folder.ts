import { execFile } from 'node:child_process'
import { mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import pino from 'pino'
import sharp from 'sharp'
import { type App, createApp } from '../server/src/app/compose.ts'
import { configOf } from './config.ts'
import type { Start } from './folder-start.ts'
import { FILES_PER_FOLDER, writeGallery } from './galleries.ts'
import { median, ms, percentile, table } from './support.ts'

const START = fileURLToPath(new URL('./folder-start.ts', import.meta.url))
const RENAMES = 1000
const WRITES = 40

/** Measures a folder of many files: starts, renames, and the delay until a new file is found. */
export async function benchFolder(directory: string, files: number): Promise<string> {
  const gallery = join(directory, 'gallery')
  await writeGallery(gallery, files)
  const [first, second, third] = [
    await startAndCompare(gallery, directory),
    await startAndCompare(gallery, directory),
    await (async () => {
      renameFiles(gallery, files)
      return startAndCompare(gallery, directory)
    })(),
  ]
  const fresh = await freshness(gallery, directory)
  const row = (name: string, { readyMs, comparedMs, read, moved, delay, memory }: Start) => [
    name,
    `${(readyMs / 1000).toFixed(2)} s`,
    `${(comparedMs / 1000).toFixed(2)} s`,
    read,
    moved,
    `${ms(delay.median)} / ${ms(delay.p99)} / ${ms(delay.max)}`,
    `${memory} MiB`,
  ]
  return [
    `## A folder of ${files} files, in folders of ${FILES_PER_FOLDER}\n`,
    table(
      [
        'start',
        'ready',
        'compared',
        'indexed',
        'moved',
        'event loop: median / p99 / most',
        'memory of the server',
      ],
      [row('from nothing', first), row('nothing changed', second), row(`after ${RENAMES} renames`, third)],
    ),
    `Indexing from nothing took ${(first.indexedMs / 1000).toFixed(0)} s (${(files / (first.indexedMs / 1000)).toFixed(0)} images/s).`,
    `From the last write to a new file until a search finds it, at idle, ${WRITES} times: median ${ms(median(fresh))}, 95 % within ${ms(percentile(fresh, 0.95))}.\n`,
  ].join('\n')
}

/** Runs in a separate process, so that memory of an earlier start is not counted. */
export async function startAndCompare(gallery: string, directory: string): Promise<Start> {
  const { stdout } = await promisify(execFile)(process.execPath, [START, gallery, directory])
  return JSON.parse(stdout.trim().split('\n').at(-1)!) as Start
}

/** @returns milliseconds, each from the end of a write until a search by another image finds the file */
async function freshness(gallery: string, directory: string): Promise<number[]> {
  const app = await createApp(configOf(gallery, join(directory, 'data')), { log: pino({ level: 'silent' }) })
  await app.sync.startWatching()
  await app.sync.scan()
  await app.indexer.idle()
  const folders = readdirSync(gallery).filter((name) => name.startsWith('folder-')).length
  const times: number[] = []
  for (let n = 0; n < WRITES; n++) {
    const path = `folder-${n % folders}/new-${n}.png`
    const bytes = await sharp({
      create: { width: 64, height: 64, channels: 3, background: { r: (n * 6) % 256, g: 255 - n, b: n } },
    })
      .png()
      .toBuffer()
    writeFileSync(join(gallery, path), bytes)
    const written = performance.now()
    while (!(await isFound(app, path))) await sleep(10)
    times.push(performance.now() - written)
    await sleep(100)
  }
  await app.close()
  return times
}

async function isFound(app: App, path: string): Promise<boolean> {
  const image = await app.catalog.images.getByPath(path)
  if (image === undefined) return false
  const filter = { filter: { nameContains: image.name }, offset: 0, limit: 5, topK: 5 }
  const [found] = await app.catalog.vectors.get([image.id])
  if (found === undefined) return false
  const { images } = await app.catalog.vectors.nearest({ ...filter, vector: found.vector })
  return images.some(({ id }) => id === image.id)
}

function renameFiles(gallery: string, files: number): void {
  const count = Math.min(RENAMES, files)
  const step = Math.floor(files / count)
  mkdirSync(join(gallery, 'moved'), { recursive: true })
  for (let n = 0; n < count; n++) {
    const at = n * step
    renameSync(
      join(gallery, `folder-${Math.floor(at / FILES_PER_FOLDER)}`, `${at}.jpg`),
      join(gallery, 'moved', `renamed-${n}.jpg`),
    )
  }
}
