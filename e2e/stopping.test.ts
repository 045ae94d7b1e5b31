import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import sharp from 'sharp'
import { describe, expect, it, onTestFinished } from 'vitest'
import { writeBmp } from '../server/src/testing/bmp-samples.ts'
import { makeDng } from '../server/src/testing/dng.ts'
import { heic } from '../server/src/testing/heif-samples.ts'
import { writeSettled } from '../server/src/testing/pictures.ts'
import { temporaryDirectory } from '../server/src/testing/temporary.ts'
import { CLASSICAL, runInBackground, startProduct } from './support/product.ts'

/** More files than are read before the first is stored. */
const MIN_FILES = 48
/** The fastest decoder needs a minute for them, so some are left when a busy machine gets to the signal. */
const MAX_FILES = 1_000
const MAX_TOTAL_BYTES = 100_000_000
const STOP_TIMEOUT_MS = 10_000
/** More than a decoder process needs to start, in units of the kernel (1/100 s). */
const MIN_DECODER_TICKS = 30

const plain = (side: number) =>
  sharp({ create: { width: side, height: side, channels: 3, background: '#2080c0' } })

/** A small file of 63 megapixels, in runs of one colour. */
function largeBmp(): Buffer {
  const row = [...Array.from({ length: 31 }, () => [255, 1]).flat(), 0, 0]
  const palette = Array.from({ length: 256 }, () => [20, 120, 220])
  const runs = Buffer.from(Array.from({ length: 7900 }, () => row).flat())
  return writeBmp(runs, { bits: 8, compression: 1, palette }, [7900, 7900])
}

/** Images that take their decoders long, by extension. */
const LARGE: Record<string, () => Promise<Buffer>> = {
  dng: async () => Buffer.from(await makeDng({ sensor: await plain(4000).png().toBuffer() })),
  heic: () => heic('large'),
  tif: () => plain(7900).tiff({ compression: 'deflate' }).toBuffer(),
  bmp: async () => largeBmp(),
  gif: () => plain(4500).gif({ effort: 1 }).toBuffer(),
  avif: () => plain(3900).avif({ effort: 0 }).toBuffer(),
  // Decoded in a process because of its size, and in a thread.
  png: () => plain(7900).png().toBuffer(),
  webp: () => plain(4800).webp({ lossless: true, effort: 0 }).toBuffer(),
}

describe('SIGTERM ends the server within ten seconds', () => {
  it.each(Object.keys(LARGE))('while it decodes %s', async (extension) => {
    const gallery = await temporaryDirectory()
    const data = await temporaryDirectory()
    const bytes = await LARGE[extension]!()
    const files = Math.max(MIN_FILES, Math.min(MAX_FILES, Math.floor(MAX_TOTAL_BYTES / bytes.length)))
    // Every decoder ignores what follows the picture.
    for (let n = 0; n < files; n++)
      await writeSettled(join(gallery, `${n}.${extension}`), Buffer.concat([bytes, Buffer.alloc(n)]))
    const starting = performance.now()
    const product = await startProduct(gallery, data, CLASSICAL)
    onTestFinished(() => product.kill())
    const startMs = performance.now() - starting
    const server = Number(await readFile(join(data, 'lock.pid'), 'utf8'))
    await expect
      .poll(() => indexedIn(data) + busyDecodersOf(server), { interval: 20, timeout: 240_000 })
      .toBeGreaterThan(0)
    const decoders = childrenOf(server)
    const stopping = performance.now()
    expect(await product.stop('SIGTERM')).toBe(0)
    // A busy machine takes long to start it, too.
    expect(performance.now() - stopping).toBeLessThan(Math.max(STOP_TIMEOUT_MS, 2 * startMs))
    expect(indexedIn(data)).toBeLessThan(files)
    await expect.poll(() => decoders.filter((id) => isRunning(id))).toEqual([])
  })
})

it.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)('%s ends the command index without the summary of a finished run', async (signal, code) => {
  const gallery = await temporaryDirectory()
  const data = await temporaryDirectory()
  const bytes = largeBmp()
  for (let n = 0; n < MIN_FILES; n++)
    await writeSettled(join(gallery, `${n}.bmp`), Buffer.concat([bytes, Buffer.alloc(n)]))
  const command = runInBackground(['index', gallery, '--data-directory', data], CLASSICAL)
  onTestFinished(() => void command.kill('SIGKILL'))
  let printed = ''
  command.stdout!.on('data', (text) => {
    printed += text
  })
  const ended = new Promise((resolve) => command.once('close', resolve))
  const lock = join(data, 'lock.pid')
  await expect
    .poll(() => (existsSync(lock) ? busyDecodersOf(Number(readFileSync(lock, 'utf8'))) : 0), {
      interval: 20,
      timeout: 240_000,
    })
    .toBeGreaterThan(0)
  command.kill(signal)
  expect(await ended).toBe(code)
  expect(printed).toBe('')
  expect(indexedIn(data)).toBeLessThan(MIN_FILES)
})

function indexedIn(data: string): number {
  const database = new DatabaseSync(join(data, 'catalog.sqlite'), { readOnly: true })
  try {
    return Number(database.prepare('select count(*) as n from images').get()!.n)
  } finally {
    database.close()
  }
}

function childrenOf(parent: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((id) => statusOf(id)?.[1] === String(parent))
}

/** Counts the decoder processes that are past their start. */
function busyDecodersOf(server: number): number {
  return childrenOf(server).filter((id) => isDecoder(id) && Number(statusOf(id)?.[11]) > MIN_DECODER_TICKS)
    .length
}

function isDecoder(id: number): boolean {
  try {
    return readFileSync(`/proc/${id}/cmdline`, 'utf8').includes('decoder-process')
  } catch {
    return false
  }
}

function isRunning(id: number): boolean {
  const state = statusOf(id)?.[0]
  return state !== undefined && state !== 'Z'
}

/** State, parent and so on of a process; undefined if it has ended. */
function statusOf(id: number): string[] | undefined {
  try {
    return readFileSync(`/proc/${id}/stat`, 'utf8').split(') ')[1]!.split(' ')
  } catch {
    return undefined
  }
}
