import type { EmbedderClient } from '../embedding/process/embedder-client.ts'
import type { RgbImage } from '../gallery/resample.ts'
import { expandedVector } from '../search/expansion.ts'
import { cropImage } from '../search/region.ts'
import { embedImages } from './embed.ts'
import { type EmbeddedItems, vectorAt } from './evaluate.ts'

/** The vectors of an image: of the whole, and of windows that cover it. */
export interface Vectors {
  whole: Float32Array
  windows: Float32Array[]
}

const WINDOWS = [0, 1 / 4, 1 / 2].flatMap((y) =>
  [0, 1 / 4, 1 / 2].map((x) => ({ x, y, width: 1 / 2, height: 1 / 2 })),
)

export async function withWindows(embedder: EmbedderClient, images: readonly RgbImage[]): Promise<Vectors[]> {
  const whole = await embedImages(embedder, images)
  const result: Vectors[] = []
  for (const [n, image] of images.entries()) {
    const windows = await embedImages(
      embedder,
      WINDOWS.map((window) => cropImage(image, window)),
    )
    result.push({ whole: whole[n]!, windows })
  }
  return result
}

/** Scores of images by their vectors as a whole. */
export function scoresOf(query: Float32Array, images: readonly Vectors[]): Float32Array {
  return Float32Array.from(images, ({ whole }) => dot(query, whole))
}

/** Scores of images by the best of all their vectors. */
export function bestScoresOf(query: Float32Array, images: readonly Vectors[]): Float32Array {
  return Float32Array.from(images, ({ whole, windows }) =>
    Math.max(dot(query, whole), ...windows.map((window) => dot(query, window))),
  )
}

/** Sketches as they search among the images: expanded, if the embedder asks for it. */
export function sketchVectors(
  sketches: EmbeddedItems,
  images: readonly Vectors[],
  { sketchExpansion }: Pick<EmbedderClient, 'sketchExpansion'>,
): Float32Array[] {
  return sketches.items.map((_, n) => {
    const sketch = vectorAt(sketches, n)
    if (sketchExpansion === undefined) return sketch
    const scores = scoresOf(sketch, images)
    const nearest = images
      .map(({ whole }, i) => ({ vector: whole, score: scores[i]! }))
      .sort((a, b) => b.score - a.score)
      .slice(0, sketchExpansion.neighbours)
    return expandedVector(sketch, nearest, sketchExpansion)
  })
}

function dot(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, i) => sum + value * b[i]!, 0)
}
