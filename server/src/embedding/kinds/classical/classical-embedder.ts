import type { Embedder, ImageBatch } from '../../embedder.ts'
import { diffuse } from './diffuse.ts'
import { gradientHistogram, type HistogramLayout } from './gradient-histogram.ts'
import { binomialBlur, halve, type Plane, toGrey } from './plane.ts'

interface Level {
  layout: HistogramLayout
  /** Share of this level in a comparison, against 1 for the first. */
  weight: number
  diffusion: { iterations: number; contrast: number }
}

const SIDE = 64
/** Fine detail with gentle smoothing, then half the size, more smoothing and coarser cells. */
const LEVELS: readonly Level[] = [
  { layout: { cells: 6, orientations: 9 }, weight: 1, diffusion: { iterations: 3, contrast: 0.05 } },
  { layout: { cells: 4, orientations: 9 }, weight: 0.5, diffusion: { iterations: 4, contrast: 0.05 } },
]
/** Votes are raised to this power, so that one strong edge does not drown the faint ones. */
const POWER = 0.7

const DIMENSIONS = LEVELS.reduce((sum, { layout }) => sum + layout.cells ** 2 * layout.orientations, 0)

/**
 * The classical descriptor: histograms of oriented gradients over an edge-preserving pyramid. It needs no weights and
 * serves as the baseline that every model is measured against.
 *
 * The comparison of drawings with photos by such histograms follows M. Eitz et al.: "Sketch-based image retrieval:
 * benchmark and bag-of-features descriptors", IEEE TVCG 17(11), 2011, and R. Hu, J. Collomosse: "A performance evaluation
 * of gradient field HOG descriptor for sketch based image retrieval", CVIU 117(7), 2013; the spatial pyramid A. Bosch
 * et al.: "Representing shape with a spatial pyramid kernel", CIVR 2007; the power normalisation R. Arandjelović,
 * A. Zisserman: "Three things everyone should know to improve object retrieval", CVPR 2012.
 */
export function createClassicalEmbedder(): Embedder {
  return {
    dimensions: DIMENSIONS,
    inputSize: { width: SIDE, height: SIDE },
    sketchMargin: 0.02,
    embed({ data, count, height, width }: ImageBatch) {
      const vectors = new Float32Array(count * DIMENSIONS)
      const pixels = height * width * 3
      for (let n = 0; n < count; n++) {
        const image = data.subarray(n * pixels, (n + 1) * pixels)
        vectors.set(describe(toGrey(image, width, height)), n * DIMENSIONS)
      }
      return vectors
    },
  }
}

function describe(grey: Plane): Float32Array {
  const vector = new Float32Array(DIMENSIONS)
  let plane = grey
  let at = 0
  for (const [index, { layout, weight, diffusion }] of LEVELS.entries()) {
    if (index > 0) plane = halve(plane)
    plane = diffuse(plane, diffusion.iterations, diffusion.contrast)
    const histogram = gradientHistogram(binomialBlur(plane), layout)
    powerNormalise(histogram, weight)
    vector.set(histogram, at)
    at += histogram.length
  }
  return vector
}

/** Raises to `POWER` and scales to length `weight`. A picture without edges gets equal values. */
function powerNormalise(histogram: Float32Array, weight: number): void {
  let sum = 0
  for (let i = 0; i < histogram.length; i++) {
    const value = histogram[i]! ** POWER
    histogram[i] = value
    sum += value * value
  }
  if (sum === 0) histogram.fill(weight / Math.sqrt(histogram.length))
  else for (let i = 0; i < histogram.length; i++) histogram[i]! *= weight / Math.sqrt(sum)
}
