import type { QueryExpansion } from '../embedding/embedder.ts'
import { dot, toUnitLength } from '../vector-math.ts'

/** An image near to a sketch. */
export interface Neighbour {
  /** Vectors of unit length. */
  vector: Float32Array
  score: number
}

export interface ExpandedSketch {
  /** A vector of unit length. */
  vector: Float32Array
  /**
   * The score by `vector` from which images are close. An image that takes part in the expansion raises its own score, so that some would
   * be close even in a gallery without the thing drawn. Each is therefore also scored by the expansion without it, and as many of
   * the best matches are close as images reach the boundary that way, or are near to the sketch itself (`ownMatch`).
   * @param boundary a score that separates close matches in general
   * @returns at least `boundary`
   */
  closeScore(boundary: number): number
}

/** Databases store vectors with less precision, by which scores differ less than this. */
const SCORE_PRECISION = 0.002

/**
 * Moves the vector of a sketch towards the images nearest to it: drawings are sparse, and the images found first show what was meant
 * in full. Each image has the weight exp(score / temperature), times its similarity to the others: one that is unlike the rest was
 * probably found by mistake.
 *
 * Query expansion, after O. Chum et al.: "Total recall: automatic query expansion with a generative feature model for object
 * retrieval", 2007, and F. Radenović et al.: "Fine-tuning CNN image retrieval with no human annotation", 2018. The similarities are
 * one step of a diffusion among the neighbours, after M. Donoser and H. Bischof: "Diffusion processes for retrieval revisited", 2013.
 * @param sketch of unit length
 */
export function expandSketch(
  sketch: Float32Array,
  neighbours: readonly Neighbour[],
  { temperature, weight, keptDimensions = 0, ownMatch }: QueryExpansion,
): ExpandedSketch {
  const free = sketch.length - keptDimensions
  const direction = toUnitLength(sketch.subarray(0, free))
  const length = Math.hypot(...sketch.subarray(0, free))
  const best = Math.max(...neighbours.map(({ score }) => score))
  const images = neighbours.map(({ vector, score }) => ({
    direction: toUnitLength(vector.subarray(0, free)),
    length: Math.hypot(...vector.subarray(0, free)),
    kept: dot(sketch.subarray(free), vector.subarray(free)),
    weight: Math.exp((score - best) / temperature),
  }))
  const toSketch = images.map((image) => dot(image.direction, direction))
  const similarities = images.map((a) => images.map((b) => dot(a.direction, b.direction)))
  const weightsAmong = (members: readonly number[]) =>
    weightsByAgreement(
      members,
      images.map((image) => image.weight),
      similarities,
    )

  /** The score of an image by the sketch expanded by some of the images, from the dot products alone. */
  const scoreOf = (n: number, members: readonly number[]): number => {
    const weights = weightsAmong(members)
    const sum = (term: (m: number) => number) =>
      members.reduce((total, m, i) => total + weights[i]! * term(m), 0)
    const ofMean = Math.sqrt(sum((a) => sum((b) => similarities[a]![b]!)))
    const image = images[n]!
    if (ofMean === 0) return length * image.length * toSketch[n]! + image.kept
    const toMean = sum((m) => similarities[n]![m]!) / ofMean
    const ofExpanded = Math.sqrt(1 + weight ** 2 + (2 * weight * sum((m) => toSketch[m]!)) / ofMean)
    return (length * image.length * (toSketch[n]! + weight * toMean)) / ofExpanded + image.kept
  }

  const all = images.map((_, n) => n)
  return {
    vector: expandedVector(),
    closeScore(boundary) {
      const scores = all.map((n) => scoreOf(n, all))
      const isOwnMatch = (n: number) =>
        ownMatch !== undefined &&
        neighbours[n]!.score >= ownMatch.sketch &&
        scores[n]! >= Math.max(boundary, ownMatch.expanded)
      const isSupported = (n: number) =>
        scoreOf(
          n,
          all.filter((m) => m !== n),
        ) >= boundary
      const close = all.filter((n) => isOwnMatch(n) || isSupported(n)).length
      scores.sort((a, b) => b - a)
      const next = scores[close]
      if (next === undefined) return boundary
      const last = scores[close - 1] ?? 1
      return Math.max(boundary, Math.min((last + next) / 2, next + SCORE_PRECISION))
    },
  }

  function expandedVector(): Float32Array {
    const mean = new Float32Array(free)
    for (const [n, share] of weightsAmong(all).entries())
      for (let d = 0; d < free; d++) mean[d]! += share * images[n]!.direction[d]!
    const ofMean = Math.hypot(...mean)
    if (length === 0 || ofMean === 0) return sketch
    const expanded = sketch.slice()
    for (let d = 0; d < free; d++) expanded[d] = direction[d]! + (weight * mean[d]!) / ofMean
    const ofExpanded = Math.hypot(...expanded.subarray(0, free))
    for (let d = 0; d < free; d++) expanded[d]! *= length / ofExpanded
    return expanded
  }
}

/**
 * @param members the images that take part
 * @param weights of all images
 * @param similarities between all images
 * @returns for each member, its weight times the weighted mean of its similarities to the others, which are at least 0
 */
function weightsByAgreement(
  members: readonly number[],
  weights: readonly number[],
  similarities: readonly (readonly number[])[],
): readonly number[] {
  const agreeing = members.map((n) => {
    let similarity = 0
    let others = 0
    for (const m of members) {
      if (m === n) continue
      similarity += weights[m]! * Math.max(0, similarities[n]![m]!)
      others += weights[m]!
    }
    return others === 0 ? 0 : (weights[n]! * similarity) / others
  })
  // A single image, or images of which no two are similar.
  return agreeing.some((share) => share > 0) ? agreeing : members.map((n) => weights[n]!)
}
