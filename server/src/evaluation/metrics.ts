/**
 * Metrics of a ranking, each computed from the ranks of the relevant images alone: ascending, the first of all is 1.
 * Definitions and literature: docs/models.md.
 */

/**
 * Where the relevant images stand in the ranking by descending score. Among equal scores the irrelevant come first, so that an
 * embedder gains nothing by giving many images the same score.
 * @param scores of all images of the gallery
 * @param relevant indices into `scores`
 * @returns ascending ranks, from 1
 */
export function ranksOf(scores: Float32Array, relevant: readonly number[]): number[] {
  const all = scores.toSorted()
  const wanted = Float32Array.from(relevant, (index) => scores[index]!).toSorted()
  return Array.from(wanted.toReversed(), (score, n) => {
    const irrelevantBefore = countAtLeast(all, score) - countAtLeast(wanted, score)
    return irrelevantBefore + n + 1
  })
}

/** Average precision over the whole ranking: the mean of the precision at each relevant image. */
export function averagePrecision(ranks: readonly number[]): number {
  return averagePrecisionAt(ranks, Number.POSITIVE_INFINITY)
}

/** Average precision over the first `k`, divided by the most that `k` places can hold: min(relevant, k). */
export function averagePrecisionAt(ranks: readonly number[], k: number): number {
  const precisions = ranks.filter((rank) => rank <= k).map((rank, n) => (n + 1) / rank)
  return precisions.reduce((sum, precision) => sum + precision, 0) / Math.min(ranks.length, k)
}

/** The share of relevant images among the first `k`; a gallery of fewer images counts as if irrelevant ones followed. */
export function precisionAt(ranks: readonly number[], k: number): number {
  return ranks.filter((rank) => rank <= k).length / k
}

/** 1 if one of the relevant images is among the first `k`, else 0: for a single relevant image, its recall. */
export function recallAt(ranks: readonly number[], k: number): number {
  return ranks.some((rank) => rank <= k) ? 1 : 0
}

/** Levels of recall at which a curve is drawn. */
export const RECALL_LEVELS: readonly number[] = Array.from({ length: 21 }, (_, i) => i / 20)

/** Interpolated precision at each of `RECALL_LEVELS`: the best that is reached at that recall or a higher one. */
export function precisionCurve(ranks: readonly number[]): number[] {
  const precisions = ranks.map((rank, n) => (n + 1) / rank)
  return RECALL_LEVELS.map((level) => {
    const first = Math.max(0, Math.ceil(level * ranks.length - 1e-9) - 1)
    return precisions.slice(first).reduce((best, precision) => Math.max(best, precision), 0)
  })
}

/** @param sorted ascending */
function countAtLeast(sorted: Float32Array, score: number): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (sorted[middle]! < score) low = middle + 1
    else high = middle
  }
  return sorted.length - low
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
