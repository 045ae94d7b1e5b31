import type { Catalog, Image } from '../../catalog/catalog.ts'
import type { NearPair } from '../../catalog/contract/vectors.ts'
import { mirroredColours } from '../../gallery/colour-layout.ts'
import { dot } from '../../vector-math.ts'
import { type Light, luminanceOf, luminanceSimilarity } from './light.ts'

/** Pairs with this similarity of light and shade are versions of one picture; measured, as the others: bench/results/duplicates.md. */
const SAME_LUMINANCE = 0.96
/** A cropped picture has less similar light and shade, but nearly the same colours at the same places. */
const CROPPED_LUMINANCE = 0.7
const SAME_COLOURS = 0.95
/** An image with at most this many neighbours is no drawing among many of its kind, so its vector is trusted. */
const MAX_NEIGHBOURS = 2

/**
 * Confirms that the images of pairs are versions of one picture. The vectors of different drawings of one thing can be as similar
 * as those of a picture and its edited copy. Versions also have the same light and shade or the same colours at the same places,
 * possibly mirrored. Pairs of which an image has not been described yet are kept.
 */
export async function confirmPairs(
  catalog: Pick<Catalog, 'images' | 'vectors'>,
  pairs: readonly NearPair[],
  threshold: number,
): Promise<NearPair[]> {
  const contents = [...new Set(pairs.flatMap(({ a, b }) => [a, b]))]
  const images = new Map(
    (await catalog.images.byContentHash(contents)).map((image) => [image.contentHash, image]),
  )
  const luminances = new Map<string, Light>()
  for (const [content, { thumbhash }] of images)
    if (thumbhash !== undefined) luminances.set(content, luminanceOf(thumbhash))
  const similarities = pairs.map(({ a, b }) => {
    const [first, second] = [luminances.get(a), luminances.get(b)]
    return first && second ? luminanceSimilarity(first, second) : 1
  })
  const unsure = pairs.filter((_, n) => similarities[n]! < SAME_LUMINANCE)
  const colours = await coloursOf(catalog, unsure, images)
  const neighbours = Map.groupBy(pairs, ({ a }) => a)
  const isConfirmed = await Promise.all(
    pairs.map(async ({ a, b }, n) => {
      const similarity = similarities[n]!
      if (similarity >= SAME_LUMINANCE) return true
      const byColours = colourSimilarity(colours.get(a), colours.get(b))
      if (similarity >= CROPPED_LUMINANCE && byColours >= SAME_COLOURS) return true
      const isAlone = (neighbours.get(a)?.length ?? 0) <= MAX_NEIGHBOURS
      return isAlone && (await hasFewNeighbours(catalog, images.get(b), threshold))
    }),
  )
  return pairs.filter((_, n) => isConfirmed[n])
}

/** @returns colours by content */
async function coloursOf(
  catalog: Pick<Catalog, 'vectors'>,
  pairs: readonly NearPair[],
  images: ReadonlyMap<string, Image>,
): Promise<Map<string, Float32Array>> {
  const ids = new Set(pairs.flatMap(({ a, b }) => [images.get(a)?.id ?? [], images.get(b)?.id ?? []]).flat())
  if (ids.size === 0) return new Map()
  const vectors = await catalog.vectors.get([...ids], 'colours')
  return new Map(vectors.map(({ contentHash, vector }) => [contentHash, vector]))
}

async function hasFewNeighbours(
  { vectors }: Pick<Catalog, 'vectors'>,
  image: Image | undefined,
  threshold: number,
): Promise<boolean> {
  const [own] = image === undefined ? [] : await vectors.get([image.id])
  if (own === undefined) return false
  // Copies with the same bytes are no neighbours.
  const topK = 3 * MAX_NEIGHBOURS
  const { images } = await vectors.nearest({ vector: own.vector, filter: {}, topK, offset: 0, limit: topK })
  const near = images.filter(
    ({ score, contentHash }) => score >= threshold && contentHash !== own.contentHash,
  )
  return new Set(near.map(({ contentHash }) => contentHash)).size <= MAX_NEIGHBOURS
}

/** Cosine similarity of the colours of the image or its mirror image; 0 if one has none. */
function colourSimilarity(a: Float32Array | undefined, b: Float32Array | undefined): number {
  if (a === undefined || b === undefined) return 0
  return Math.max(dot(a, b), dot(a, mirroredColours(b)))
}
