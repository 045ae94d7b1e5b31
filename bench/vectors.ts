import { createRandom } from '../scripts/demo/random.ts'
import type { ImageFilter, ImageRecord, VectorSpace } from '../server/src/catalog/catalog.ts'
import { DEFAULT_EMBEDDER } from '../server/src/config/built-in.ts'
import { definitionOf } from '../server/src/embedding/definition-of.ts'
import { fingerprintOf } from '../server/src/embedding/fingerprint.ts'
import { configOf } from './config.ts'

export const DIMENSIONS = 256
const CLUSTERS = 2_000

/** Dimensions of the included embedder, so that the server accepts the vectors as its own. */
export async function defaultSpace(): Promise<VectorSpace> {
  const { embedder_registry: registry } = configOf('.', '.')
  const definition = definitionOf(DEFAULT_EMBEDDER, registry)
  const fingerprint = await fingerprintOf(DEFAULT_EMBEDDER, definition)
  return { embedder: DEFAULT_EMBEDDER, fingerprint, dimensions: DIMENSIONS }
}

export interface Case {
  name: string
  filter: ImageFilter
  /** Number of vectors that pass the filter: the first ones. */
  passing: number
}

/** Without a filter, and with filters that fewer and fewer vectors pass. */
export function casesFor(count: number): Case[] {
  const passing = (name: string, share: number): Case => ({
    name,
    filter: { modifiedMax: count * share - 1 },
    passing: count * share,
  })
  return [
    { name: 'no filter', filter: {}, passing: count },
    passing('half of them pass', 0.5),
    passing('5 % pass', 0.05),
    passing('0.1 % pass', 0.001),
  ]
}

/** The numbers of the `topK` vectors nearest to a query, of the first `passing` ones. */
export function exactNearest(
  vectors: readonly Float32Array[],
  query: Float32Array,
  passing: number,
  topK: number,
): number[] {
  const best: { n: number; score: number }[] = []
  let least = Number.NEGATIVE_INFINITY
  for (let n = 0; n < passing; n++) {
    const score = dot(query, vectors[n]!)
    if (score <= least) continue
    // Inserts a vector that is better than the last of the best ones, from the end.
    let at = best.length
    while (at > 0 && best[at - 1]!.score < score) at--
    best.splice(at, 0, { n, score })
    if (best.length > topK) best.pop()
    if (best.length === topK) least = best.at(-1)!.score
  }
  return best.map(({ n }) => n)
}

/** Vectors to search among, and queries. */
export interface VectorSource {
  /** Describes the vectors in a report. */
  description: string
  make(count: number): Float32Array[]
  /** @param vectors those that `make` has returned */
  query(n: number, vectors: readonly Float32Array[]): Float32Array
}

/** Vectors in clusters of varied density; a query is near one of them. */
export const MADE_VECTORS: VectorSource = {
  description: `made vectors in ${CLUSTERS} clusters of varied density`,
  make: makeVectors,
  query: (n, vectors) => perturbed(vectors[(n * 997) % vectors.length]!, n),
}

function makeVectors(count: number): Float32Array[] {
  const random = createRandom(1)
  const normal = () => random.between(-1, 1) + random.between(-1, 1) + random.between(-1, 1)
  const centres = Array.from({ length: CLUSTERS }, () => Float32Array.from({ length: DIMENSIONS }, normal))
  return Array.from({ length: count }, () => {
    const centre = random.pick(centres)
    const spread = random.between(0.3, 1.2)
    return unit(centre.map((value) => value + spread * normal()))
  })
}

/** A query near a vector. */
function perturbed(vector: Float32Array, seed: number): Float32Array {
  const random = createRandom(seed + 7)
  return unit(vector.map((value) => value + random.between(-0.03, 0.03)))
}

export function unit(vector: Float32Array): Float32Array {
  const length = Math.sqrt(dot(vector, vector))
  return vector.map((value) => value / length)
}

export function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!
  return sum
}

/** Returns the row of the nth vector. Its number decides which filters it passes. */
export function record(n: number, vector: Float32Array): ImageRecord {
  return {
    path: `${n % 100}/${n}.jpg`,
    bytes: 1,
    createdAt: n,
    modifiedAt: n,
    inode: String(n),
    contentHash: `${n}`,
    width: 1,
    height: 1,
    contentType: 'image/jpeg',
    vector,
  }
}
