import { messageOf } from '../../errors.ts'
import type { ImageBatch } from '../embedder.ts'
import { normaliseVectors } from '../vectors.ts'
import type { EmbeddingProcess } from './child.ts'

/** A picture that every model must embed: smooth colours with an edge, the same every time. */
export function probeImage({ width, height }: { width: number; height: number }): Uint8Array {
  const pixels = new Uint8Array(width * height * 3)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const isInside = Math.hypot(x / width - 0.5, y / height - 0.5) < 0.3
      const at = (y * width + x) * 3
      pixels[at] = (255 * x) / width
      pixels[at + 1] = (255 * y) / height
      pixels[at + 2] = isInside ? 220 : 40
    }
  }
  return pixels
}

const TRIAL_IMAGES = 2

/** A few grey images for measurements. */
export function trialBatch(
  { width, height }: { width: number; height: number },
  count = TRIAL_IMAGES,
): ImageBatch {
  return { data: new Float32Array(count * width * height * 3).fill(0.5), count, width, height }
}

/** Finds the length of a model's vectors by embedding one picture. */
export async function probeDimensions(
  embed: (images: ImageBatch) => Promise<Float32Array> | Float32Array,
  inputSize: { width: number; height: number },
): Promise<number> {
  const data = Float32Array.from(probeImage(inputSize), (value) => value / 255)
  return (await embed({ data, count: 1, ...inputSize })).length
}

/** @returns the defect of the vectors of a batch of test pictures, if any */
export async function probeDefect(
  child: Pick<EmbeddingProcess, 'embed' | 'dimensions' | 'inputSize'>,
  count: number,
): Promise<string | undefined> {
  const images = Array<Uint8Array>(count).fill(probeImage(child.inputSize))
  return defectOf(child.embed(images, 'photo'), (vectors) =>
    normaliseVectors(vectors, count, child.dimensions),
  )
}

export const TRIAL_TEXT = 'a photo'

/** @returns the defect of the vector of a test text, if any */
export async function textDefect(
  child: Pick<EmbeddingProcess, 'embed' | 'dimensions'>,
): Promise<string | undefined> {
  return defectOf(child.embed([TRIAL_TEXT], 'text'), (vectors) =>
    normaliseVectors(vectors, 1, child.dimensions, 'text'),
  )
}

async function defectOf(
  work: Promise<Float32Array>,
  check: (vectors: Float32Array) => unknown,
): Promise<string | undefined> {
  try {
    const outcome = check(await work)
    return typeof outcome === 'string' ? outcome : undefined
  } catch (error) {
    return messageOf(error)
  }
}
