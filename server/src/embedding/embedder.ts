/** A batch of RGB images, row-major `[count, height, width, 3]`, values 0…1. */
export interface ImageBatch {
  data: Float32Array
  count: number
  height: number
  width: number
}

/** A photograph or any other finished image, or a drawing of strokes on white. */
export type ImageKind = 'photo' | 'sketch'

/**
 * How a search moves the vector of a sketch towards the images nearest to it (query expansion, O. Chum et al.: "Total recall", 2007).
 * Images that are unlike the others have less weight. It suits a model that compares images among themselves better than sketches with images.
 */
export interface QueryExpansion {
  /** Number of nearest images. */
  neighbours: number
  /** With a score that is lower by this, an image has 1/e of the weight. */
  temperature: number
  /** Weight of the mean of the images, relative to the sketch. */
  weight: number
  /** Number of dimensions at the end that keep the values of the sketch. Default 0. */
  keptDimensions?: number | undefined
  /** Cosine similarities from which a match is close on its own, to the sketch and to the expanded one: no other image has to support it. */
  ownMatch?: { sketch: number; expanded: number } | undefined
}

/** A model. Custom models implement this interface and nothing else. */
export interface Embedder {
  /** Length of the vectors. */
  readonly dimensions: number
  /** Size of the images that `embed` expects, in pixels. Default 224 × 224. */
  readonly inputSize?: { width: number; height: number }
  /** Free border around the ink of a prepared sketch, as a share of its side. Default 0.1. */
  readonly sketchMargin?: number
  /** Default: sketches are not expanded. */
  readonly sketchExpansion?: QueryExpansion
  /** Threads of one inference, if they can be chosen. */
  readonly threads?: number
  /** @returns `[count, dimensions]`, row-major; the caller normalises to unit length */
  embed(images: ImageBatch, kind: ImageKind): Promise<Float32Array> | Float32Array
  /**
   * Enables search by words, for models that embed text and images into one space.
   * @returns `[texts.length, dimensions]`, row-major; the caller normalises to unit length
   */
  embedText?(texts: readonly string[]): Promise<Float32Array> | Float32Array
  /** Size of the grid of `embedPlaces`. */
  readonly places?: { width: number; height: number }
  /**
   * Shows where a query matches within an image, for models with a feature map. Without it, only parts of images are compared.
   * @returns `[count, places.height, places.width, dimensions]`, in the space of the vectors of photos, and so scaled that the mean
   * over the places of an image has unit length
   */
  embedPlaces?(images: ImageBatch): Promise<Float32Array>
  close?(): Promise<void>
}

export const DEFAULT_INPUT_SIZE = { width: 224, height: 224 } as const
export const DEFAULT_SKETCH_MARGIN = 0.1
