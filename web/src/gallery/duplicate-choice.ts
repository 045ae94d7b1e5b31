import type { Image } from '../api/client.ts'
import { messages } from '../messages/messages.ts'

/** Properties by which a picture of a group is suggested. Where pictures are equal in the chosen one, the others decide. */
export const BEST_BY = ['largest', 'least_compressed', 'oldest'] as const
export type BestBy = (typeof BEST_BY)[number]

type Compare = (a: Image, b: Image) => number

const isRaw = ({ content_type }: Image) => content_type === 'image/x-dcraw'
const pixels = ({ width, height }: Image) => width * height
/** A raw photo comes before all that was made from it. */
const density = (image: Image) => (isRaw(image) ? Number.POSITIVE_INFINITY : image.bytes / pixels(image))
const capturedAt = ({ captured_at, modified_at }: Image) => Date.parse(captured_at ?? modified_at)

/** Each puts the better picture first. */
const COMPARE: Record<BestBy, Compare> = {
  largest: (a, b) => pixels(b) - pixels(a),
  least_compressed: (a, b) => (isRaw(a) && isRaw(b) ? 0 : density(b) - density(a)),
  // A copy that was edited later has the capture time of its original.
  oldest: (a, b) => capturedAt(a) - capturedAt(b) || Date.parse(a.modified_at) - Date.parse(b.modified_at),
}

/** The pictures of a group, the one that is suggested to be kept first. */
export function bestFirst(images: readonly Image[], by: BestBy): Image[] {
  const order = [by, ...BEST_BY.filter((other) => other !== by)]
  return images.toSorted((a, b) => {
    for (const key of order) {
      const difference = COMPARE[key](a, b)
      if (difference !== 0 && !Number.isNaN(difference)) return difference
    }
    return a.path < b.path ? -1 : 1
  })
}

/**
 * Returns the properties in which a picture is better than at least one of the others, and worse than none. The date of a file is no
 * reason: a copy may be younger or older than its original.
 */
export function reasonsFor(image: Image, others: readonly Image[]): BestBy[] {
  const areCaptured = [image, ...others].every(({ captured_at }) => captured_at !== null)
  return BEST_BY.filter((key) => {
    if (key === 'oldest' && !areCaptured) return false
    const differences = others.map((other) => COMPARE[key](image, other))
    return (
      differences.every((difference) => difference <= 0) && differences.some((difference) => difference < 0)
    )
  })
}

/** Kind of another version, compared with the suggested one. */
export type Relation = 'exact' | 'developed' | 'cropped' | 'smaller' | 'compressed'

/** Addresses of versions contain a part of the hash of the file. */
const contentOf = ({ thumbnail_url }: Image) => thumbnail_url.split('?v=')[1]
/** Shapes that differ by less come from rounding to whole pixels. */
const SAME_SHAPE = 0.02

/** @returns undefined if none of them is certain */
export function relationOf(image: Image, suggested: Image): Relation | undefined {
  if (contentOf(image) === contentOf(suggested)) return 'exact'
  if (isRaw(suggested) && !isRaw(image)) return 'developed'
  const shape = (image.width / image.height) * (suggested.height / suggested.width)
  if (Math.abs(shape - 1) > SAME_SHAPE) return 'cropped'
  if (pixels(image) < pixels(suggested)) return 'smaller'
  return image.bytes < suggested.bytes ? 'compressed' : undefined
}

/** The format of a file, written beside its size. */
export function formatOf(image: Image): string {
  return isRaw(image) ? messages.viewer.raw : image.content_type.replace('image/', '').toUpperCase()
}

/** Bytes that are freed if only the suggested picture of a group is kept. */
export function freedBytes(images: readonly Image[]): number {
  return images.slice(1).reduce((sum, { bytes }) => sum + bytes, 0)
}
