import { expect, it, onTestFinished } from 'vitest'
import { openSqliteCatalogThread } from '../catalog/sqlite/client.ts'
import type { EmbedderClient } from '../embedding/process/embedder-client.ts'
import { imageRecord } from '../testing/images.ts'
import { startSharedThread } from '../testing/shared-threads.ts'
import { temporaryDirectory } from '../testing/temporary.ts'
import { toUnitLength } from '../vector-math.ts'
import { withExpandedSketches } from './expand-sketches.ts'
import type { TermVectors } from './term-vectors.ts'

const RED = Float32Array.of(1, 0)
const BLUE = Float32Array.of(-1, 0)
const SKETCH = Float32Array.of(1, 0, 0, 0)
/** Red images of one thing, blue ones of another, all as far from the sketch. */
const REDS = [0, 1, 2].map((n) => ({ vector: toUnitLength(Float32Array.of(1, 1, 0, n / 10)), colours: RED }))
const BLUES = [0, 1, 2].map((n) => ({
  vector: toUnitLength(Float32Array.of(1, 0, 1, n / 10)),
  colours: BLUE,
}))

const sketch = (weight = 1): TermVectors => ({
  kind: 'sketch',
  weight,
  sets: [[{ vector: SKETCH, weight: 1, offset: 0 }]],
})
const colours = (vector: Float32Array, weight = 1): TermVectors => ({
  kind: 'colours',
  weight,
  sets: [[{ vector, weight: 0.36, offset: 0.1 }]],
})

async function expand(...terms: TermVectors[]): Promise<Float32Array> {
  const directory = await temporaryDirectory()
  const catalog = openSqliteCatalogThread({ directory, savesIndex: false }, startSharedThread)
  onTestFinished(() => catalog.close())
  await catalog.spaces.activate({
    embedder: 'test',
    fingerprint: '1',
    dimensions: 4,
    further: [{ space: 'colours', fingerprint: '1', dimensions: 2 }],
  })
  // Each red image is there three times: copies are one neighbour.
  const contents = [...REDS, ...BLUES]
  const copies = REDS.flatMap((red, n) => [1, 2].map(() => ({ ...red, contentHash: `hash-${n}` })))
  await catalog.images.upsert([...contents, ...copies].map((content, n) => imageRecord(n, content)))
  const sketchExpansion = { neighbours: 3, temperature: 0.05, weight: 1.6 }
  const embedder = { sketchExpansion } as EmbedderClient
  const [expanded] = await withExpandedSketches(terms, { catalog, embedder })
  return expanded!.sets[0]![0]!.vector
}

it('expands a sketch by images that also have the colours of the query', async () => {
  const [, towardsRed, towardsBlue, towardsOthers] = await expand(sketch(), colours(RED))
  expect(towardsRed).toBeGreaterThan(0.4)
  expect(towardsBlue).toBeCloseTo(0, 2)
  expect(towardsOthers).toBeGreaterThan(0.02)
  const blue = await expand(sketch(0.5), colours(BLUE, 0.5))
  expect(blue[2]).toBeGreaterThan(0.4)
  expect(blue[1]).toBeCloseTo(0, 2)
})

it('expands it by images without unwanted colours', async () => {
  const expanded = await expand(sketch(), colours(RED, -1))
  expect(expanded[2]).toBeGreaterThan(0.4)
  expect(expanded[1]).toBeCloseTo(0, 2)
})

it('does not expand an unwanted sketch, or one beside a wanted word', async () => {
  const word: TermVectors = { kind: 'text', weight: 1, sets: [[{ vector: SKETCH, weight: 1, offset: 0 }]] }
  expect(await expand(sketch(-1), colours(RED))).toEqual(SKETCH)
  expect(await expand(sketch(), word)).toEqual(SKETCH)
})
