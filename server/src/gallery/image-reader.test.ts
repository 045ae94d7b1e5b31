import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { availableParallelism, getPriority } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { describe, expect, it, onTestFinished } from 'vitest'
import { picture, writeSettled } from '../testing/pictures.ts'
import { temporaryDirectory } from '../testing/temporary.ts'
import { BACKGROUND_NICENESS, connectThread, type Thread } from '../threads.ts'
import { createImageReader, type ReaderSettings } from './image-reader.ts'

/** A thread that sends the messages of a reader, and fails in a way that the path names. */
const MISBEHAVING = `
  const { parentPort } = require('node:worker_threads')
  parentPort.on('message', ({ id, args: [{ path }, flag] }) => {
    if (path === 'dies') process.exit(1)
    while (path === 'waits');
    Atomics.store(new Int32Array(flag), 0, 1)
    while (path === 'hangs');
    parentPort.postMessage({ id, result: { state: 'gone' } })
  })`

/** More threads than the failing requests need. */
const MAX_THREADS = 16

/** Starts a thread and waits until it runs. */
async function startMisbehaving(): Promise<Thread> {
  const worker = new Worker(MISBEHAVING, { eval: true })
  await once(worker, 'online')
  onTestFinished(async () => void (await worker.terminate()))
  return connectThread(worker, 'ended')
}

async function readerOf(settings?: ReaderSettings) {
  const root = await temporaryDirectory()
  const reader = createImageReader(
    {
      root,
      walk: { recursive: true, excluded: [] },
      limits: { maxPixels: 50_000_000, maxFileBytes: 100_000_000 },
      inputSize: { width: 64, height: 64 },
      thumbnailDirectory: await temporaryDirectory(),
      thumbnailSize: [64, 64],
    },
    settings,
  )
  onTestFinished(() =>
    Promise.race([reader.close(), new Promise<void>((resolve) => setTimeout(resolve, 1000))]),
  )
  const read = (path: string) => reader.read({ path, skipSettleCheck: true, forceDecode: true })
  return { root, reader, read }
}

/** The niceness of each thread of this process. */
function nicenesses(): number[] {
  const folder = '/proc/self/task'
  return readdirSync(folder).map((id) => {
    const [, fields] = readFileSync(join(folder, id, 'stat'), 'utf8').split(/\) (?!.*\) )/)
    return Number(fields!.split(' ')[16])
  })
}

describe('the image reader', () => {
  it.runIf(process.platform === 'linux')('gives way to the threads that answer searches', async () => {
    const { read } = await readerOf()
    await read('nowhere.png')
    expect(nicenesses()).toContain(BACKGROUND_NICENESS)
    expect(getPriority()).toBeLessThan(BACKGROUND_NICENESS)
  })

  it('reads many files at once', async () => {
    const { root, read } = await readerOf()
    const names = Array.from({ length: 12 }, (_, n) => `${n}.png`)
    for (const [n, name] of names.entries()) await writeSettled(join(root, name), await picture(n))
    const files = await Promise.all(names.map(read))
    expect(new Set(files.map(({ state }) => state))).toEqual(new Set(['decoded']))
    expect(await read('nowhere.png')).toEqual({ state: 'gone' })
  })

  it('starts a thread only when a file arrives while the others are busy', async () => {
    let begun = 0
    const { read } = await readerOf({
      startReader: () => {
        begun++
        return connectThread(new Worker(MISBEHAVING, { eval: true }), 'ended')
      },
    })
    for (let n = 0; n < 3; n++) await read('good')
    expect(begun).toBe(1)
    await Promise.all(Array.from({ length: 20 }, () => read('good')))
    expect(begun).toBe(Math.min(8, availableParallelism()))
  })

  it('limits the number of threads for a hanging drive', async () => {
    let begun = 0
    const never = () => new Promise<never>(() => {})
    const { read } = await readerOf({
      timeoutMs: 5,
      startReader: () => {
        begun++
        return { call: never, end: never, hasEnded: false }
      },
    })
    for (let n = 0; n < 40; n++) await expect(read('waits')).rejects.toMatchObject({ code: 'unavailable' })
    expect(begun).toBeLessThan(25)
  })

  it('fails a file that takes too long or ends its thread, and reads the others', async () => {
    // Started before, so that no thread is abandoned because it took long to start.
    const threads = await Promise.all(Array.from({ length: MAX_THREADS }, startMisbehaving))
    const { reader, read } = await readerOf({ timeoutMs: 4_000, startReader: () => threads.pop()! })
    const names = ['good', 'hangs', 'good', 'dies', 'waits', 'good', 'dies', 'good', 'good']
    const results = await Promise.allSettled(names.map(read))
    const reasons = results.map((result) => (result.status === 'rejected' ? result.reason.message : ''))
    expect(reasons).toEqual(
      names.map((name) =>
        name === 'good'
          ? ''
          : expect.stringMatching(
              { hangs: /longer than 4 seconds/, dies: /ends the thread/, waits: /drive does not answer/ }[
                name
              ]!,
            ),
      ),
    )
    // A problem of the drive is no failure of the file.
    const [waited] = results.filter((_, n) => names[n] === 'waits')
    expect(waited).toMatchObject({ reason: expect.not.objectContaining({ code: 'image_unreadable' }) })
    expect(await read('good')).toEqual({ state: 'gone' })
    expect(reader.width).toBeGreaterThan(0)
  })
})
