import { describe, expect, it } from 'vitest'
import { noise } from '../../../testing/embedders.ts'
import { BLACK, expectOthersEmbedded, startMisbehaving } from '../../../testing/misbehaving.ts'

describe('an embedder in Python', () => {
  it('Hangs at one image of twenty: the others are embedded, and the log names the image and the reason', () =>
    // More than a busy machine needs for a batch of the others.
    expectOthersEmbedded('Hangs', 10))

  it('that hangs delays a search for less than the time limit of a batch', async () => {
    const measurement = { dimensions: 48, batchSize: 8, imagesPerSecond: 40_000, millisecondsForOne: 1 }
    const embedder = await startMisbehaving('Hangs', { batch_timeout_s: 600 }, { measurement })
    const bulk = embedder.embed([BLACK], 'photo', 'bulk')
    const begin = performance.now()
    expect((await embedder.embed([noise(1)], 'photo', 'query'))[0]).toBeInstanceOf(Float32Array)
    // A tenth of the time that a batch may take.
    expect(performance.now() - begin).toBeLessThan(60_000)
    expect((await bulk)[0]).toMatchObject({ message: expect.stringMatching(/took longer than 10\.0 s/) })
  })
})
