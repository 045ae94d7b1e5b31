import type { Catalog } from '../../catalog/catalog.ts'
import { turnedColours } from '../../gallery/colour-layout.ts'
import { dot } from '../../vector-math.ts'
import {
  brightnessOf,
  inParityOrder,
  LUMINANCE_LENGTH,
  luminanceOf,
  transposedInParityOrder,
  turnedProduct,
} from './luminance.ts'

/** Limits for turned copies; measured: bench/results/duplicates.md. */
const MIN_LUMINANCE = 0.95
const MIN_COLOURS = 0.97
/** The vectors of a picture and its turned copy are little alike, but more than those of most other pictures. */
const MIN_SIMILARITY = 0.2
const QUARTERS = [1, 2, 3]
/** Other requests are answered after this time. */
const PAUSE_AFTER_MS = 10

interface Pair {
  a: string
  b: string
}

export interface TurnedPairs {
  /** Finds the turned copies of contents among these and those of earlier calls. */
  find(contents: readonly string[]): Promise<Pair[]>
}

/**
 * Finds copies that are turned by 90°, 180° or 270°, which the model describes differently. Turning keeps mean colour and contrast, by
 * which images are sorted; those with the same light and shade, if turned, are confirmed by their colours and vectors.
 */
export function createTurnedPairs(catalog: Pick<Catalog, 'images' | 'vectors'>): TurnedPairs {
  const seen = createSeenImages()
  return {
    async find(contents) {
      const likely: Pair[] = []
      let start = performance.now()
      for (const { contentHash, thumbhash } of await catalog.images.byContentHash([...contents])) {
        if (thumbhash === undefined) continue
        for (const other of seen.add(contentHash, thumbhash)) likely.push({ a: contentHash, b: other })
        if (performance.now() - start < PAUSE_AFTER_MS) continue
        await new Promise(setImmediate)
        start = performance.now()
      }
      return confirmed(catalog, likely)
    },
  }
}

interface SeenImages {
  /** @returns contents of earlier images with the same light and shade, if turned */
  add(content: string, thumbhash: string): string[]
}

/** Keeps some 150 bytes of each image. */
function createSeenImages(): SeenImages {
  /** Numbers of images by mean colour and contrast. */
  const numbers = new Map<number, number[]>()
  const contents: string[] = []
  const known = new Set<string>()
  const lengths: number[] = []
  let coefficients = new Int8Array(1024 * LUMINANCE_LENGTH)
  return {
    add(content, thumbhash) {
      const luminance = luminanceOf(thumbhash)
      const upright = inParityOrder(luminance)
      const transposed = transposedInParityOrder(luminance)
      const length = Math.hypot(...upright)
      const keys = keysAround(thumbhash)
      const found: string[] = []
      for (const number of keys.flatMap((key) => numbers.get(key) ?? [])) {
        const start = number * LUMINANCE_LENGTH
        const product = turnedProduct(upright, transposed, coefficients, start)
        const isTurned = product > 0 && product >= MIN_LUMINANCE * length * lengths[number]!
        if (isTurned && contents[number] !== content) found.push(contents[number]!)
      }
      if (!known.has(content)) keep(content, upright, keys[0]!)
      return found
    },
  }

  function keep(content: string, upright: Int8Array, key: number): void {
    known.add(content)
    const number = contents.push(content) - 1
    lengths.push(Math.hypot(...upright))
    const start = number * LUMINANCE_LENGTH
    if (start >= coefficients.length) {
      const larger = new Int8Array(2 * coefficients.length)
      larger.set(coefficients)
      coefficients = larger
    }
    coefficients.set(upright, start)
    const alike = numbers.get(key) ?? []
    alike.push(number)
    numbers.set(key, alike)
  }
}

/** The key of an image by mean colour and contrast, and the keys of images that may be copies of it. */
function keysAround(thumbhash: string): number[] {
  const { mean, contrast } = brightnessOf(thumbhash)
  let keys = [0]
  for (const value of [...mean, contrast])
    keys = keys.flatMap((key) => [0, -1, 1].map((by) => key * 66 + value + by + 1))
  return keys
}

async function confirmed(
  { images, vectors }: Pick<Catalog, 'images' | 'vectors'>,
  pairs: readonly Pair[],
): Promise<Pair[]> {
  if (pairs.length === 0) return []
  const found = await images.byContentHash([...new Set(pairs.flatMap(({ a, b }) => [a, b]))])
  const ids = found.map(({ id }) => id)
  const read = async (space: 'image' | 'colours') =>
    new Map((await vectors.get(ids, space)).map(({ contentHash, vector }) => [contentHash, vector]))
  const colours = await read('colours')
  const vectorOf = await read('image')
  return pairs.filter(({ a, b }) => {
    const [ofA, ofB] = [colours.get(a), colours.get(b)]
    if (ofA === undefined || ofB === undefined) return false
    const areTurned = QUARTERS.some((quarters) => dot(turnedColours(ofA, quarters), ofB) >= MIN_COLOURS)
    const [first, second] = [vectorOf.get(a), vectorOf.get(b)]
    return areTurned && first !== undefined && second !== undefined && dot(first, second) >= MIN_SIMILARITY
  })
}
