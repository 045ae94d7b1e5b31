import { PassThrough } from 'node:stream'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type EmbeddingHost, type HostOptions, startEmbeddingHost } from './host.ts'
import { readFrames, writeFrame } from './protocol.ts'

async function startHost(options: Partial<HostOptions> = {}): Promise<EmbeddingHost> {
  const definition = { target: 'classical', args: [], kwargs: {} }
  const host = await startEmbeddingHost('classical', definition, { onOutput: () => {}, ...options })
  onTestFinished(() => host.close())
  return host
}

const image = (n: number) => ({
  data: Uint8Array.from({ length: 64 * 64 * 3 }, (_, i) => (i * (n + 3)) % 256),
  width: 64,
  height: 64,
})

describe('the embedding host', () => {
  it('embeds in another process, to unit length', async () => {
    const host = await startHost()
    expect(host).toMatchObject({ name: 'classical', dimensions: 468, inputSize: { width: 64, height: 64 } })
    expect(host.processId).not.toBe(process.pid)
    const vectors = await host.embed([image(0), image(1)], 'photo', 'bulk')
    expect(vectors).toHaveLength(2 * 468)
    expect(Math.hypot(...vectors.subarray(468))).toBeCloseTo(1, 5)
  })

  it('lets a query overtake bulk work', async () => {
    const host = await startHost()
    const order: string[] = []
    const bulk = Array.from({ length: 6 }, () =>
      host.embed(Array(64).fill(image(1)), 'photo', 'bulk').then(() => order.push('bulk')),
    )
    const query = host.embed([image(2)], 'photo', 'query').then(() => order.push('query'))
    await Promise.all([...bulk, query])
    expect(order.indexOf('query')).toBeLessThanOrEqual(1)
  })

  it('starts a killed process again and loses no work', async () => {
    const restarts: string[] = []
    const host = await startHost({ onRestart: (reason) => restarts.push(reason) })
    const before = host.processId
    const batches = Array.from({ length: 8 }, () => host.embed(Array(200).fill(image(1)), 'photo', 'bulk'))
    process.kill(before!, 'SIGKILL')
    for (const vectors of await Promise.all(batches)) expect(vectors).toHaveLength(200 * 468)
    expect(restarts).toEqual(['it was killed by SIGKILL'])
    expect(host.processId).not.toBe(before)
  })

  it('refuses an embedder that it can not load, in one sentence', async () => {
    const definition = { target: 'no.such.Thing', args: [], kwargs: {} }
    await expect(startEmbeddingHost('mine', definition, { onOutput: () => {} })).rejects.toMatchObject({
      code: 'embedder_unavailable',
      message: expect.stringMatching(/"mine".*no\.such\.Thing/),
    })
  })

  it('rejects what waits when it is closed', async () => {
    const host = await startHost()
    const waiting = host.embed([image(1)], 'photo', 'bulk')
    const rejected = expect(waiting).rejects.toMatchObject({ code: 'embedder_failed' })
    await host.close()
    await rejected
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

  it('that claim to be huge are garbage', async () => {
    const wire = new PassThrough()
    const garbage = new Promise<Error>((resolve) => readFrames(wire, () => {}, resolve))
    wire.write(Buffer.from('Hello, this is no frame at all'))
    expect((await garbage).message).toMatch(/broken/)
  })
})
