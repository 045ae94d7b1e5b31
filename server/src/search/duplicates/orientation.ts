/**
 * The eight ways in which a picture can be turned by quarters and mirrored, as bits: its rows become columns, then it is mirrored from left
 * to right, then from top to bottom.
 */
export type Orientation = number

const ACROSS = 1
const DOWN = 2
const TRANSPOSED = 4
export const UPRIGHT: Orientation = 0
export const ORIENTATIONS: readonly Orientation[] = [0, 1, 2, 3, 4, 5, 6, 7]

export const isTransposed = (orientation: Orientation) => (orientation & TRANSPOSED) !== 0
export const isMirroredAcross = (orientation: Orientation) => (orientation & ACROSS) !== 0
export const isMirroredDown = (orientation: Orientation) => (orientation & DOWN) !== 0

const swapMirrors = (mirrors: number) => ((mirrors & ACROSS) << 1) | ((mirrors & DOWN) >> 1)

/** The orientation that has the effect of two in turn. */
export function compose(first: Orientation, second: Orientation): Orientation {
  const mirrors = first & (ACROSS | DOWN)
  return second ^ (first & TRANSPOSED) ^ (isTransposed(second) ? swapMirrors(mirrors) : mirrors)
}

/** The orientation that takes back another one. */
export function inverseOf(orientation: Orientation): Orientation {
  const mirrors = orientation & (ACROSS | DOWN)
  return isTransposed(orientation) ? TRANSPOSED | swapMirrors(mirrors) : mirrors
}
