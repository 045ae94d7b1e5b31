import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { noise, startHost } from '../../../testing/embedders.ts'
import { pythonWithNumpy } from '../../../testing/python.ts'

const FILE = join(import.meta.dirname, 'fixtures', 'misbehaving.py')

describe('an embedder in Python', () => {
  it('that hangs delays a search for less than the time limit of a batch', async () => {
    const measurement = { dimensions: 48, batchSize: 8, imagesPerSecond: 40_000, millisecondsForOne: 1 }
    const definition = { file: FILE, class_name: 'Hangs', python: pythonWithNumpy(), batch_timeout_s: 600 }
    const embedder = await startHost(definition, { measurement })
    const black = { data: new Uint8Array(64 * 64 * 3), width: 64, height: 64 }
    const bulk = embedder.embed([black], 'photo', 'bulk')
    const begin = performance.now()
    expect((await embedder.embed([noise(1)], 'photo', 'query'))[0]).toBeInstanceOf(Float32Array)
    // A tenth of the time that a batch may take.
    expect(performance.now() - begin).toBeLessThan(60_000)
    expect((await bulk)[0]).toMatchObject({ message: expect.stringMatching(/took longer than 10\.0 s/) })
  })
})
