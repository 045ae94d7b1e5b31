import type { EmbedderClient } from '../embedding/process/embedder-client.ts'
import type { RgbImage } from '../gallery/resample.ts'
import { WINDOW_WEIGHT, WINDOWS, type WindowSize, windowsOf } from '../gallery/windows.ts'
import { scoreByTerm } from '../search/combine.ts'
import { expandSketch } from '../search/expansion.ts'
import type { TermVectors } from '../search/term-vectors.ts'
import { embedImages } from './embed.ts'
import { type EmbeddedItems, vectorAt } from './evaluate.ts'

/** The vectors of an image: of the whole, and of all its windows, with the length that is their weight. */
export interface Vectors {
  whole: Float32Array
  windows: Float32Array[]
}

/** @param paths the file that each image was made from */
export async function withWindows(
  embedder: EmbedderClient,
  images: readonly RgbImage[],
  paths: readonly string[],
  onProgress: (share: number) => void,
): Promise<Vectors[]> {
  const whole = await embedImages(embedder, images, (n) => paths[n]!)
  const result: Vectors[] = []
  for (const [n, image] of images.entries()) {
    onProgress(n / images.length)
    const windows = await embedImages(
      embedder,
      windowsOf(image, embedder.inputSize, 'quarter'),
      () => paths[n]!,
    )
    result.push({
      whole: whole[n]!,
      windows: windows.map((window) => window.map((value) => WINDOW_WEIGHT * value)),
    })
  }
  return result
}

/** Scores of images with windows up to a size. */
export function scoresOf(
  term: TermVectors,
  images: readonly Vectors[],
  windows: WindowSize = 'none',
): Float32Array {
  const count = WINDOWS[windows].length
  return Float32Array.from(images, ({ whole, windows: all }) =>
    scoreByTerm(term, { image: whole, windows: all.slice(0, count), colours: undefined }),
  )
}

/** A vector as a part of a search. */
export function termOf(vector: Float32Array, weight = 1): TermVectors {
  return { weight, kind: 'image', sets: [[{ vector, weight: 1, offset: 0 }]] }
}

/** Sketches as they search among the images: expanded, if the embedder asks for it. */
export function sketchTerms(
  sketches: EmbeddedItems,
  images: readonly Vectors[],
  { sketchExpansion }: Pick<EmbedderClient, 'sketchExpansion'>,
): TermVectors[] {
  return sketches.items.map((_, n) => {
    const sketch = vectorAt(sketches, n)
    if (sketchExpansion === undefined) return termOf(sketch)
    const scores = scoresOf(termOf(sketch), images)
    const nearest = images
      .map(({ whole }, i) => ({ vector: whole, score: scores[i]! }))
      .sort((a, b) => b.score - a.score)
      .slice(0, sketchExpansion.neighbours)
    return termOf(expandSketch(sketch, nearest, sketchExpansion).vector)
  })
}
