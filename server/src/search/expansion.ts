import type { QueryExpansion } from '../embedding/embedder.ts'
import { dot, toUnitLength } from '../vector-math.ts'

/** An image near to a sketch. */
export interface Neighbour {
  /** Vectors of unit length. */
  vector: Float32Array
  score: number
}

/**
 * Moves the vector of a sketch towards the images nearest to it: drawings are sparse, and the images found first show what was meant
 * in full. Each image has the weight exp(score / temperature), times its similarity to the others: one that is unlike the rest was
 * probably found by mistake.
 *
 * Query expansion, after O. Chum et al.: "Total recall: automatic query expansion with a generative feature model for object
 * retrieval", 2007, and F. Radenović et al.: "Fine-tuning CNN image retrieval with no human annotation", 2018. The similarities are
 * one step of a diffusion among the neighbours, after M. Donoser and H. Bischof: "Diffusion processes for retrieval revisited", 2013.
 * @param sketch of unit length
 * @returns a vector of unit length
 */
export function expandedVector(
  sketch: Float32Array,
  neighbours: readonly Neighbour[],
  { temperature, weight, keptDimensions = 0 }: QueryExpansion,
): Float32Array {
  const best = Math.max(...neighbours.map(({ score }) => score))
  const free = sketch.length - keptDimensions
  const directions = neighbours.map(({ vector }) => toUnitLength(vector.subarray(0, free)))
  const scoreWeights = neighbours.map(({ score }) => Math.exp((score - best) / temperature))
  const weights = weightsByAgreement(directions, scoreWeights)
  const mean = new Float32Array(free)
  for (const [n, direction] of directions.entries())
    for (let d = 0; d < free; d++) mean[d]! += weights[n]! * direction[d]!
  const ofSketch = Math.hypot(...sketch.subarray(0, free))
  const ofMean = Math.hypot(...mean)
  if (ofSketch === 0 || ofMean === 0) return sketch
  const expanded = sketch.slice()
  for (let d = 0; d < free; d++) expanded[d] = sketch[d]! / ofSketch + (weight * mean[d]!) / ofMean
  const length = Math.hypot(...expanded.subarray(0, free))
  for (let d = 0; d < free; d++) expanded[d]! *= ofSketch / length
  return expanded
}

/** Databases store vectors with less precision, by which scores differ less than this. */
const SCORE_PRECISION = 0.002

/**
 * The score by the expanded vector from which images are close. An image that takes part in the expansion raises its own score, so that
 * even in a gallery without the thing drawn some would be close. Each is scored by the expansion by the others; as many of them are
 * close as reach `closeScore` that way.
 * @param closeScore the score from which images are close that take no part in the expansion
 * @returns at least `closeScore`
 */
export function closeScoreAfter(
  sketch: Float32Array,
  neighbours: readonly Neighbour[],
  expansion: QueryExpansion,
  closeScore: number,
): number {
  const expanded = expandedVector(sketch, neighbours, expansion)
  const scores = neighbours.map(({ vector }) => dot(expanded, vector)).sort((a, b) => b - a)
  const close = neighbours.filter((neighbour) => {
    const others = neighbours.filter((other) => other !== neighbour)
    return dot(expandedVector(sketch, others, expansion), neighbour.vector) >= closeScore
  })
  const next = scores[close.length]
  if (next === undefined) return closeScore
  const last = scores[close.length - 1] ?? 1
  return Math.max(closeScore, Math.min((last + next) / 2, next + SCORE_PRECISION))
}

/** @returns each weight times the weighted mean of the similarities to the others, which are at least 0 */
function weightsByAgreement(
  directions: readonly Float32Array[],
  weights: readonly number[],
): readonly number[] {
  const agreeing = directions.map((direction, n) => {
    let similarity = 0
    let others = 0
    for (const [m, other] of directions.entries()) {
      if (m === n) continue
      similarity += weights[m]! * Math.max(0, dot(direction, other))
      others += weights[m]!
    }
    return others === 0 ? 0 : (weights[n]! * similarity) / others
  })
  // A single image, or images of which no two are similar.
  return agreeing.some((weight) => weight > 0) ? agreeing : weights
}
