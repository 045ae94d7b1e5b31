import type { WeightedVector } from '../catalog/catalog.ts'
import { dot } from '../vector-math.ts'
import type { TermVectors } from './term-vectors.ts'

/**
 * Weight of the unwanted terms, relative to the wanted ones. With a larger share, more of what is wanted disappears as well
 * (measured: bench/results/search.md).
 */
const NEGATIVE_SHARE = 0.25

/** A set of vectors with its factor in the score of an image. */
interface FactoredSet {
  factor: number
  vectors: readonly WeightedVector[]
}

/** How the score of an image follows from its vectors: a sum over these parts. */
export interface CombinedQuery {
  /** The sum of all terms with one vector in the space of the embedder; undefined if there are none. */
  linear: Float32Array | undefined
  /** The same for terms in the space of colours. */
  colours: Float32Array | undefined
  offset: number
  /** Terms with several vectors, of which the best one counts. */
  sets: readonly FactoredSet[]
}

/** The vectors of an image, of unit length. Without colours, it gets the average score for them. */
export interface ImageVectors {
  image: Float32Array | undefined
  /** Those of its windows, if it has some, with a length that is their weight. The best of all vectors counts. */
  windows?: readonly Float32Array[] | undefined
  colours: Float32Array | undefined
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
export function combine(terms: readonly TermVectors[]): CombinedQuery {
  const shares = sharesOf(terms.map(({ weight }) => weight))
  const query: { -readonly [K in keyof CombinedQuery]: CombinedQuery[K] } & { sets: FactoredSet[] } = {
    linear: undefined,
    colours: undefined,
    offset: 0,
    sets: [],
  }
  for (const [n, { kind, sets }] of terms.entries()) {
    const factor = shares[n]! / sets.length
    for (const vectors of sets) {
      const [only] = vectors
      if (only === undefined || vectors.length > 1) {
        query.sets.push({ factor, vectors })
        continue
      }
      const space = kind === 'colours' ? 'colours' : 'linear'
      query[space] = sumOf(query[space], only.vector, factor * only.weight)
      query.offset += factor * only.offset
    }
  }
  return query
}

/** The query with one of its sets: the best vector of the sum is the sum with the best vector. Colours are left out. */
export function withSet(
  { linear, offset }: CombinedQuery,
  { factor, vectors }: FactoredSet,
): WeightedVector[] {
  return vectors.map((one) =>
    weighted(sumOf(linear, one.vector, factor * one.weight), offset + factor * one.offset),
  )
}

/** A vector whose scores are its scalar products plus an offset. */
export function weighted(vector: Float32Array, offset: number): WeightedVector {
  return { vector, weight: Math.hypot(...vector), offset }
}

/** Score of an image by the whole query. */
export function scoreOf({ linear, colours, offset, sets }: CombinedQuery, vectors: ImageVectors): number {
  const byVector = (image: Float32Array | undefined) =>
    sets.reduce(
      (sum, { factor, vectors: set }) => sum + factor * bestOf(set, image),
      productOf(linear, image),
    )
  return Math.max(...allOf(vectors).map(byVector)) + productOf(colours, vectors.colours) + offset
}

/** Score of an image by one term alone. */
export function scoreByTerm({ kind, sets }: TermVectors, vectors: ImageVectors): number {
  const byVector = (vector: Float32Array | undefined) =>
    sets.reduce((sum, set) => sum + bestOf(set, vector), 0) / sets.length
  return kind === 'colours' ? byVector(vectors.colours) : Math.max(...allOf(vectors).map(byVector))
}

function allOf({ image, windows = [] }: ImageVectors): (Float32Array | undefined)[] {
  return [image, ...windows]
}

function bestOf(vectors: readonly WeightedVector[], image: Float32Array | undefined): number {
  let best = Number.NEGATIVE_INFINITY
  for (const { vector, weight, offset } of vectors)
    best = Math.max(best, weight * productOf(vector, image) + offset)
  return best
}

/** @returns 0 without one of the vectors */
function productOf(a: Float32Array | undefined, b: Float32Array | undefined): number {
  return a === undefined || b === undefined ? 0 : dot(a, b)
}

function sumOf(sum: Float32Array | undefined, vector: Float32Array, factor: number): Float32Array {
  return vector.map((value, i) => (sum?.[i] ?? 0) + factor * value)
}
