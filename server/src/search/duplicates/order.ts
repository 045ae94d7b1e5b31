import type { ImagePlace } from '../../catalog/catalog.ts'

/** Thresholds of similarity by a level that needs no figure, from the configured one. */
const THRESHOLDS = {
  /** The same bytes, or vectors that are the same. */
  identical: () => 1,
  very_alike: (configured: number) => configured,
  alike: (configured: number) => configured - (1 - configured) / 2,
} satisfies Record<string, (configured: number) => number>

export const DUPLICATE_LEVELS = ['identical', 'very_alike', 'alike'] as const
export type DuplicateLevel = (typeof DUPLICATE_LEVELS)[number]

/** @param configured similarity from which images count as near-duplicates */
export function thresholdOf(level: DuplicateLevel, configured: number): number {
  return THRESHOLDS[level](configured)
}

/** Order of groups: by the number of their images, or by the bytes that are freed if only the largest image is kept. */
export const DUPLICATE_ORDERS = ['images', 'space'] as const

const freedFirst = new WeakMap<readonly ImagePlace[][], ImagePlace[][]>()

/** The groups by the bytes that they free, most first. The order is computed once for each result of the finder. */
export function mostSpaceFirst(groups: readonly ImagePlace[][]): ImagePlace[][] {
  const known = freedFirst.get(groups)
  if (known !== undefined) return known
  const ordered = groups
    .map((group) => ({ group, freed: freedBytes(group) }))
    .sort((a, b) => b.freed - a.freed)
    .map(({ group }) => group)
  freedFirst.set(groups, ordered)
  return ordered
}

function freedBytes(group: readonly ImagePlace[]): number {
  const largest = group.reduce((best, image) => (pixels(image) > pixels(best) ? image : best))
  return group.reduce((sum, { bytes }) => sum + bytes, 0) - largest.bytes
}

const pixels = ({ width, height }: ImagePlace) => width * height
