import { setImmediate } from 'node:timers/promises'
import { expect, it } from 'vitest'
import type { EmbedderClient } from '../embedding/process/embedder-client.ts'
import type { RgbImage } from '../gallery/resample.ts'
import { matchImage } from './heat-map.ts'
import type { TermVectors } from './term-vectors.ts'

const SIDE = 64
/** A quarter of the sides, where a window lies. */
const THING = { x: 16, y: 32, side: 16 }
const [GROUND, SKY, OBJECT] = [0, 1, 2]
/** Features by the red value of the first pixel: the sky has more of what the whole image has than the ground. */
const FEATURES = { [GROUND!]: [0, 0.8], [SKY!]: [0, 1.5], [OBJECT!]: [1.2, 0.3] }

function scene(): RgbImage {
  const data = new Uint8Array(SIDE * SIDE * 3)
  for (let y = 0; y < SIDE; y++)
    for (let x = 0; x < SIDE; x++) {
      const [right, below] = [x - THING.x, y - THING.y]
      const isThing = right >= 0 && right < THING.side && below >= 0 && below < THING.side
      data[(y * SIDE + x) * 3] = isThing ? OBJECT! : y < SIDE / 4 ? SKY! : GROUND!
    }
  return { data, width: SIDE, height: SIDE }
}

const embedder = {
  dimensions: 2,
  places: { width: 1, height: 1 },
  embedPlaces: async (images: readonly RgbImage[]) =>
    images.map(({ data }) => Float32Array.from(FEATURES[data[0]!]!)),
} as unknown as EmbedderClient

it('is hottest at the thing, where the image differs from itself, and keeps the mean of the scores', async () => {
  // Part of the query is what the whole scene shows.
  const vector = Float32Array.from([0.6, 0.8])
  const term: TermVectors = { kind: 'sketch', weight: 1, sets: [[{ vector, weight: 1, offset: 0 }]] }
  const { map } = await matchImage(scene(), [term], { embedder, vocabulary: undefined })
  const best = map.scores.indexOf(Math.max(...map.scores))
  const [x, y] = [best % map.width, Math.floor(best / map.width)].map(
    (at) => ((at! + 0.5) / map.width) * SIDE,
  )
  expect(x).toBeGreaterThan(THING.x)
  expect(x).toBeLessThan(THING.x + THING.side)
  expect(y).toBeGreaterThan(THING.y)
  expect(y).toBeLessThan(THING.y + THING.side)
  const mean = map.scores.reduce((sum, score) => sum + score, 0) / map.scores.length
  const plain = (4 * 0.8 * 1.5 + 11 * 0.8 * 0.8 + (0.6 * 1.2 + 0.8 * 0.3)) / 16
  expect(mean).toBeCloseTo(plain, 1)
})

it('lets other work of the thread go first while words are compared with many places', async () => {
  const places = { width: 24, height: 24 }
  const vectors = new Float32Array(2 * places.width * places.height).fill(1)
  const many = {
    ...embedder,
    places,
    embedPlaces: async (images: readonly RgbImage[]) => images.map(() => vectors),
  }
  const set = Array.from({ length: 128 }, () => ({ vector: Float32Array.of(1, 0), weight: 1, offset: 0 }))
  const term: TermVectors = { kind: 'text', weight: 1, sets: [set, set] }
  let isDone = false
  const map = matchImage(scene(), [term], { embedder: many, vocabulary: undefined }).finally(() => {
    isDone = true
  })
  let turns = 0
  for (; !isDone; turns++) await setImmediate()
  await map
  expect(turns).toBeGreaterThan(2)
})

it('ends between two batches of windows when its client has gone', async () => {
  const client = new AbortController()
  const gone = new Error('The client has gone.')
  let batches = 0
  const watched = {
    ...embedder,
    embedPlaces(images: readonly RgbImage[]) {
      batches++
      client.abort(gone)
      return embedder.embedPlaces(images)
    },
  }
  const sets = [[{ vector: Float32Array.of(1, 0), weight: 1, offset: 0 }]]
  const sources = { embedder: watched, vocabulary: undefined, signal: client.signal }
  await expect(matchImage(scene(), [{ kind: 'sketch', weight: 1, sets }], sources)).rejects.toBe(gone)
  expect(batches).toBe(1)
})
