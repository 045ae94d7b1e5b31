import type { WeightedVector } from '../catalog/catalog.ts'
import type { TermVectors } from './term-vectors.ts'

/**
 * How strongly unwanted terms push against wanted ones. With a larger share, more of what is wanted disappears as well
 * (measured: bench/results/search.md).
 */
const NEGATIVE_SHARE = 0.25

/** A set of vectors with its factor in the score of an image. */
interface FactoredSet {
  factor: number
  vectors: readonly WeightedVector[]
}

/** How the score of an image follows from its vector: `linear` · vector + `offset` + the sum over `sets`. */
export interface CombinedQuery {
  /** The sum of all terms with one vector. */
  linear: Float32Array
  offset: number
  /** Terms with several vectors, of which the best one counts. */
  sets: readonly FactoredSet[]
}

/**
 * The share of each term in the score: the difference of the weighted means of wanted and unwanted terms (J. J. Rocchio:
 * "Relevance feedback in information retrieval", 1971).
 * @param weights negative for unwanted terms; at least one is positive
 */
export function sharesOf(weights: readonly number[]): number[] {
  const wanted = weights.reduce((sum, weight) => sum + Math.max(0, weight), 0)
  const unwanted = weights.reduce((sum, weight) => sum + Math.max(0, -weight), 0)
  return weights.map((weight) => (weight > 0 ? weight / wanted : (NEGATIVE_SHARE * weight) / (unwanted || 1)))
}

/** Combines terms into one query. A sum of scores of single vectors is the score of one vector, their sum. */
export function combine(terms: readonly TermVectors[], dimensions: number): CombinedQuery {
  const shares = sharesOf(terms.map(({ weight }) => weight))
  const all = terms.flatMap(({ sets }, n) =>
    sets.map((vectors) => ({ factor: shares[n]! / sets.length, vectors })),
  )
  const linear = new Float32Array(dimensions)
  let offset = 0
  for (const { factor, vectors } of all) {
    const [only] = vectors
    if (only === undefined || vectors.length > 1) continue
    addTo(linear, only.vector, factor * only.weight)
    offset += factor * only.offset
  }
  return { linear, offset, sets: all.filter(({ vectors }) => vectors.length > 1) }
}

/** The query with one of its sets: the best vector of the sum is the sum with the best vector. */
export function withSet(
  { linear, offset }: CombinedQuery,
  { factor, vectors }: FactoredSet,
): WeightedVector[] {
  return vectors.map((one) => {
    const sum = linear.slice()
    addTo(sum, one.vector, factor * one.weight)
    return { vector: sum, weight: Math.hypot(...sum), offset: offset + factor * one.offset }
  })
}

/** Score of an image by the whole query. @param vector of the image, of unit length */
export function scoreOf({ linear, offset, sets }: CombinedQuery, vector: Float32Array): number {
  return (
    dot(linear, vector) +
    offset +
    sets.reduce((sum, { factor, vectors }) => sum + factor * bestOf(vectors, vector), 0)
  )
}

/** Score of an image by one term alone. @param vector of the image, of unit length */
export function scoreByTerm({ sets }: TermVectors, vector: Float32Array): number {
  return sets.reduce((sum, vectors) => sum + bestOf(vectors, vector), 0) / sets.length
}

function bestOf(vectors: readonly WeightedVector[], image: Float32Array): number {
  let best = Number.NEGATIVE_INFINITY
  for (const { vector, weight, offset } of vectors)
    best = Math.max(best, weight * dot(vector, image) + offset)
  return best
}

function addTo(target: Float32Array, vector: Float32Array, factor: number): void {
  for (let i = 0; i < target.length; i++) target[i]! += factor * vector[i]!
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!
  return sum
}
