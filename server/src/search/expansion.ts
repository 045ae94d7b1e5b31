import type { Catalog } from '../catalog/catalog.ts'
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

/** Expands the vector of a sketch by the images of the whole gallery, independent of the filter of the search. */
export async function expandSketch(
  sketch: Float32Array,
  expansion: QueryExpansion,
  { vectors }: Pick<Catalog, 'vectors'>,
): Promise<Float32Array> {
  return expandedVector(sketch, await vectors.neighbours(sketch, expansion.neighbours), expansion)
}
