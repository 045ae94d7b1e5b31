import type { PlacedRow } from './grid-layout.ts'

/** Where a picture of a list is seen, in CSS pixels from the upper left corner of the visible part. */
export interface TilePlace {
  /** In the list. */
  index: number
  left: number
  top: number
  width: number
}

export interface TileMove {
  index: number
  /** From the new place to the former one. */
  x: number
  y: number
  /** Former width by the new one; a picture keeps its shape. */
  scale: number
}

/** Places of the loaded pictures of rows. @param offset scroll position of the list @param idAt undefined while a picture is not loaded */
export function tilePlaces(
  rows: readonly PlacedRow[],
  { gap, offset }: { gap: number; offset: number },
  idAt: (index: number) => string | undefined,
): Map<string, TilePlace> {
  const places = new Map<string, TilePlace>()
  for (const row of rows) {
    let left = 0
    for (const [n, width] of row.widths.entries()) {
      const index = row.index + n
      const id = idAt(index)
      if (id !== undefined) places.set(id, { index, left, top: row.top - offset, width })
      left += width + gap
    }
  }
  return places
}

/**
 * The pictures that are seen before and after a change of the list, at another place. There are none if no picture has another index:
 * then the list is the same, and was only scrolled or laid out for another width.
 */
export function tileMoves(
  before: ReadonlyMap<string, TilePlace>,
  after: ReadonlyMap<string, TilePlace>,
): TileMove[] {
  const kept = [...after].flatMap(([id, to]) => {
    const from = before.get(id)
    return from === undefined ? [] : [{ from, to }]
  })
  if (kept.every(({ from, to }) => from.index === to.index)) return []
  return kept
    .map(({ from, to }) => ({
      index: to.index,
      x: from.left - to.left,
      y: from.top - to.top,
      scale: from.width / to.width,
    }))
    .filter(({ x, y }) => Math.abs(x) >= 1 || Math.abs(y) >= 1)
}
