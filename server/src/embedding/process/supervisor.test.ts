import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { definitionFor, noise, startHost } from '../../testing/embedders.ts'
import { temporaryDirectory } from '../../testing/temporary.ts'
import type { ImageKind } from '../embedder.ts'
import { startEmbeddingProcess } from './child.ts'
import { type Embedding, failIfEmbedderIsDown } from './embedder-client.ts'
import { readFrames, writeFrame } from './protocol.ts'

const classical = { target: 'classical' }
const SCRIPTED = join(import.meta.dirname, '../kinds/javascript/fixtures', 'embedders.ts')

/** Starts an embedder whose vectors contain the size of their batch. Its measured batch size is four. */
async function countingHost() {
  const measurement = { dimensions: 2, batchSize: 4, imagesPerSecond: 1000, millisecondsForOne: 1 }
  const embedder = await startHost({ file: SCRIPTED, class_name: 'Counts' }, { measurement })
  const grey = (pixel: number) => ({ data: new Uint8Array(12).fill(pixel), width: 2, height: 2 })
  const request = async (pixel: number, kind: ImageKind = 'photo') =>
    (await embedder.embed([grey(pixel)], kind, 'query'))[0]!
  return { embedder, request }
}

/** Returns the size of the batch that contained a picture of this brightness. */
function countIn(answer: Embedding, pixel: number): number {
  const [first, second] = answer as Float32Array
  return Math.round((pixel * second!) / first!)
}

describe('the embedder supervisor', () => {
  it('embeds in another process, to unit length, and measures the best batch size', async () => {
    const embedder = await startHost(classical)
    expect(embedder).toMatchObject({ name: 'mine', dimensions: 468, inputSize: { width: 64, height: 64 } })
    expect(embedder.processId).not.toBe(process.pid)
    const vectors = await embedder.embed([noise(0), noise(1)], 'photo', 'bulk')
    expect(vectors).toHaveLength(2)
    expect(Math.hypot(...(vectors[1] as Float32Array))).toBeCloseTo(1, 5)
    expect(embedder.measurement).toMatchObject({ dimensions: 468, batchSize: expect.any(Number) })
    expect(embedder.measurement.imagesPerSecond).toBeGreaterThan(10)
  })

  it('accepts an earlier measurement', async () => {
    const measurement = { dimensions: 468, batchSize: 3, imagesPerSecond: 1, millisecondsForOne: 1 }
    const embedder = await startHost(classical, { measurement })
    expect(embedder.measurement).toEqual(measurement)
    expect(await embedder.embed(Array(10).fill(noise(1)), 'photo', 'bulk')).toHaveLength(10)
  })

  it('lets a query overtake bulk work', async () => {
    const embedder = await startHost(classical)
    const order: string[] = []
    const bulk = Array.from({ length: 6 }, () =>
      embedder.embed(Array(64).fill(noise(1)), 'photo', 'bulk').then(() => order.push('bulk')),
    )
    const query = embedder.embed([noise(2)], 'photo', 'query').then(() => order.push('query'))
    await Promise.all([...bulk, query])
    expect(order.indexOf('query')).toBeLessThanOrEqual(1)
  })

  it('embeds concurrent queries of one kind together, and returns a vector for each', async () => {
    const { request } = await countingHost()
    const asked = [[10], [20], [30], [40, 'sketch'], [50], [60], [70]] as const
    const answers = await Promise.all(asked.map(([pixel, kind]) => request(pixel, kind)))
    expect(answers.map((answer) => answer instanceof Float32Array)).not.toContain(false)
    const counts = answers.map((answer, n) => countIn(answer, asked[n]![0]))
    // The first is sent at once; four are a whole batch; one is left over.
    expect(counts).toEqual([1, 4, 4, 1, 4, 4, 1])
  })

  it('rejects queries at once while too many wait, and then accepts them again', async () => {
    const { request } = await countingHost()
    const outcomes = await Promise.allSettled(Array.from({ length: 1_100 }, () => request(10)))
    const rejected = outcomes.filter((outcome) => outcome.status === 'rejected')
    // One is in the process when the others arrive.
    expect(rejected).toHaveLength(1_100 - 1_024 - 1)
    expect(rejected[0]!.reason).toMatchObject({ code: 'unavailable', retryAfterS: 2 })
    expect(await request(10)).toBeInstanceOf(Float32Array)
  })

  it('fails one query without failing others of its batch', async () => {
    const { request, embedder } = await countingHost()
    const before = embedder.processId
    const [, good, black, other] = await Promise.all([10, 20, 0, 30].map((pixel) => request(pixel)))
    expect(black).toMatchObject({ code: 'embedder_failed' })
    expect([countIn(good!, 20), countIn(other!, 30)]).toEqual([1, 1])
    expect(embedder.processId).toBe(before)
  })

  it('restarts a killed process without losing work', async () => {
    const restarts: string[] = []
    const embedder = await startHost(classical, { onRestart: (reason) => restarts.push(reason) })
    const before = embedder.processId
    const batches = Array.from({ length: 8 }, () =>
      embedder.embed(Array(200).fill(noise(1)), 'photo', 'bulk'),
    )
    process.kill(before!, 'SIGKILL')
    for (const vectors of await Promise.all(batches)) {
      expect(vectors).toHaveLength(200)
      expect(vectors.every((vector) => vector instanceof Float32Array)).toBe(true)
    }
    expect(restarts).toEqual(['it was killed by SIGKILL.'])
    expect(embedder.processId).not.toBe(before)
  })

  it('restarts a process that was killed while idle', async () => {
    const embedder = await startHost(classical)
    const before = embedder.processId
    process.kill(before!, 'SIGKILL')
    await expect.poll(() => embedder.processId !== undefined && embedder.processId !== before).toBe(true)
    expect(await embedder.embed([noise(1)], 'photo', 'query')).toHaveLength(1)
  })

  it('rejects every query, also the current one, when the process ends and cannot be restarted', async () => {
    const embedder = await startHost(classical, { isUnchanged: async () => false })
    const queries = Array.from({ length: 20 }, (_, n) => embedder.embed([noise(n)], 'photo', 'query'))
    process.kill(embedder.processId!, 'SIGKILL')
    const outcomes = await Promise.allSettled(queries)
    const rejected = outcomes.filter(({ status }) => status === 'rejected') as PromiseRejectedResult[]
    expect(rejected.length).toBeGreaterThan(15)
    for (const { reason } of rejected) expect(reason).toMatchObject({ code: 'unavailable' })
  })

  it('rejects an unknown embedder in one sentence', async () => {
    await expect(startHost({ target: 'nothing' })).rejects.toMatchObject({
      code: 'embedder_unavailable',
      message: expect.stringMatching(/"mine".*"nothing".*classical.*onnx/),
    })
  })

  it('rejects waiting queries when it is closed', async () => {
    const embedder = await startHost(classical)
    const inProgress = embedder.embed([noise(1)], 'photo', 'bulk').catch(() => undefined)
    const rejected = expect(embedder.embed([noise(1)], 'photo', 'bulk')).rejects.toMatchObject({
      code: 'unavailable',
    })
    await embedder.close()
    await rejected
    await inProgress
  })

  it('rejects an image that it tries to blame when it is closed, and reports no outage', async () => {
    const lines: string[] = []
    const health: (string | undefined)[] = []
    const embedder = await startHost(
      { file: SCRIPTED, class_name: 'HangsAfterFailure' },
      {
        measurement: { dimensions: 5, batchSize: 1, imagesPerSecond: 1000, millisecondsForOne: 1 },
        onOutput: (line) => lines.push(line),
        onHealth: (reason) => health.push(reason),
      },
    )
    const black = { data: new Uint8Array(12), width: 2, height: 2 }
    const rejected = expect(embedder.embed([black], 'photo', 'bulk')).rejects.toMatchObject({
      code: 'unavailable',
      message: 'The embedder "mine" is being closed.',
    })
    await expect.poll(() => lines).toContain('hangs')
    await embedder.close()
    await rejected
    expect(health).toEqual([])
  })

  it('closes while its process is being started again', async () => {
    const embedder = await startHost(classical)
    process.kill(embedder.processId!, 'SIGKILL')
    await expect.poll(() => embedder.processId).toBeUndefined()
    const waiting = expect(embedder.embed([noise(1)], 'photo', 'bulk')).rejects.toMatchObject({
      code: 'unavailable',
    })
    await embedder.close()
    await waiting
  })
})

describe('work for a hanging embedder', () => {
  async function hanging() {
    const file = join(await temporaryDirectory(), 'works')
    await writeFile(file, '')
    const embedder = await startHost({
      file: SCRIPTED,
      class_name: 'Hangs',
      kwargs: { file },
    })
    const { processId } = embedder
    await rm(file)
    process.kill(processId!, 'SIGKILL')
    await expect.poll(() => embedder.processId).toBeUndefined()
    return embedder
  }

  it('does not delay closing during a retry', async () => {
    const embedder = await hanging()
    const waiting = expect(embedder.embed([noise(1)], 'photo', 'bulk')).rejects.toMatchObject({
      code: 'unavailable',
    })
    // The embedder is being loaded by then.
    await sleep(3000)
    const start = performance.now()
    await embedder.close()
    await waiting
    // The try itself would take 20 seconds.
    expect(performance.now() - start).toBeLessThan(15_000)
    expect(embedder.processId).toBeUndefined()
  })

  it('fails after a time limit', async () => {
    const embedder = await hanging()
    const work = embedder.embed([noise(1)], 'photo', 'bulk')
    await Promise.all([
      expect(work).rejects.toMatchObject({ code: 'unavailable' }),
      expect(failIfEmbedderIsDown(embedder, work, 2))
        .rejects.toMatchObject({ code: 'embedder_unavailable' })
        .then(() => embedder.close()),
    ])
    expect(await failIfEmbedderIsDown(embedder, Promise.resolve(3))).toBe(3)
  })
})

describe('an abandoned start', () => {
  it('ignores a process that becomes ready at that moment', async () => {
    const closing = new AbortController()
    const ends: string[] = []
    const started = startEmbeddingProcess('mine', definitionFor(classical), {
      signal: closing.signal,
      loadSettings: { cacheDirectory: '', fingerprint: '', threads: undefined },
      onOutput: () => {},
      onIdleExit: (reason) => ends.push(reason),
    })
    // It becomes ready between two checks.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 3_000)
    closing.abort()
    await expect(started).rejects.toThrow('it is being closed')
    await sleep(500)
    expect(ends).toEqual([])
  })
})

describe('frames', () => {
  it('survive being cut anywhere', async () => {
    const wire = new PassThrough()
    writeFrame(wire, { type: 'vectors', id: 1 }, Uint8Array.of(1, 2, 3))
    writeFrame(wire, { type: 'error', id: 2, message: 'é' })
    const bytes: Buffer = wire.read()
    const pieces = new PassThrough()
    const frames: unknown[] = []
    readFrames(
      pieces,
      (message, payload) => frames.push([message, [...new Uint8Array(payload)]]),
      (error) => expect.unreachable(error.message),
    )
    for (const byte of bytes) pieces.write(Uint8Array.of(byte))
    await new Promise((resolve) => setImmediate(resolve))
    expect(frames).toEqual([
      [{ type: 'vectors', id: 1 }, [1, 2, 3]],
      [{ type: 'error', id: 2, message: 'é' }, []],
    ])
  })

  it('that claim a huge size are rejected', async () => {
    const wire = new PassThrough()
    const garbage = new Promise<Error>((resolve) => readFrames(wire, () => {}, resolve))
    wire.write(Buffer.from('Hello, this is no frame at all'))
    expect((await garbage).message).toMatch(/broken/)
  })
})
