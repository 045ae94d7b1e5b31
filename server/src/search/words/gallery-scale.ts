import type { Catalog, WeightedVector } from '../../catalog/catalog.ts'
import { dot } from '../../vector-math.ts'

/** The scale of scores that parts of a search are brought to: of unrelated pictures. */
export interface ScoreScale {
  mean: number
  deviation: number
}

/** Scores of texts, as those of the words of the default model. */
export const TEXT_SCALE: ScoreScale = { mean: 0.1, deviation: 0.06 }
const SAMPLE_SIZE = 256
/** Mean and deviation of fewer pictures are unreliable. */
export const MIN_SAMPLE = 48

/** Vectors of some images, the same ones for each page of a search. */
export async function sampleVectors(catalog: Catalog): Promise<Float32Array[]> {
  const ids = await catalog.images.sample(SAMPLE_SIZE)
  return (await catalog.vectors.get(ids)).map(({ vector }) => vector)
}

/**
 * Scales the scores of a vector by its cosines to a sample of the gallery. Cosines of texts with images vary much less than those
 * of images, so that they would count little beside other parts.
 */
export function scaledBySample(
  vector: Float32Array,
  sample: readonly Float32Array[],
  { mean, deviation }: ScoreScale,
): WeightedVector {
  const cosines = sample.map((image) => dot(image, vector))
  const average = cosines.reduce((sum, cosine) => sum + cosine, 0) / cosines.length
  const variance = cosines.reduce((sum, cosine) => sum + (cosine - average) ** 2, 0) / cosines.length
  if (sample.length < MIN_SAMPLE || variance === 0) return { vector, weight: 1, offset: 0 }
  const weight = deviation / Math.sqrt(variance)
  return { vector, weight, offset: mean - weight * average }
}
