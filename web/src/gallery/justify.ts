/** A row of pictures of one height that fill a width. */
export interface Row {
  /** Index of its first picture in the block. */
  first: number
  height: number
  /** Size of each picture, in CSS pixels. */
  widths: number[]
}

export interface JustifyOptions {
  width: number
  /** The height that rows should have. */
  rowHeight: number
  gap: number
  /** Whether the last row may stay short, as at the end of a list. */
  isRagged: boolean
}

/** Extreme shapes are cropped to these ratios of width to height. */
const MIN_ASPECT = 0.62
const MAX_ASPECT = 2.4
/** A short last row is stretched to at most this multiple of the row height. */
const MAX_STRETCH = 1.15

export function clampAspect(width: number, height: number): number {
  return Math.max(MIN_ASPECT, Math.min(MAX_ASPECT, width / Math.max(1, height)))
}

/**
 * Breaks pictures into rows whose heights differ least from the one wanted: the shortest path over all breaks, as Knuth and Plass (1981)
 * break paragraphs into lines.
 * @param aspects width by height of each picture
 */
export function justify(
  aspects: readonly number[],
  { width, rowHeight, gap, isRagged }: JustifyOptions,
): Row[] {
  const count = aspects.length
  const sums = [0]
  for (const aspect of aspects) sums.push(sums.at(-1)! + aspect)
  const heightOf = (from: number, to: number) => (width - gap * (to - from - 1)) / (sums[to]! - sums[from]!)
  const costs = [0]
  const breaks = [0]
  for (let to = 1; to <= count; to++) {
    costs[to] = Number.POSITIVE_INFINITY
    for (let from = to - 1; from >= 0; from--) {
      const height = heightOf(from, to)
      const isShortEnd = isRagged && to === count && height > rowHeight
      const cost = costs[from]! + (isShortEnd ? 0 : ((height - rowHeight) / rowHeight) ** 2)
      if (cost < costs[to]!) {
        costs[to] = cost
        breaks[to] = from
      }
      // More pictures only make the row lower.
      if (height < rowHeight / 2) break
    }
  }
  const rows: Row[] = []
  for (let to = count; to > 0; to = breaks[to]!) {
    const from = breaks[to]!
    const full = heightOf(from, to)
    const isShortEnd = isRagged && to === count && full > rowHeight * MAX_STRETCH
    const height = isShortEnd ? rowHeight : full
    rows.unshift({
      first: from,
      height,
      widths: aspects.slice(from, to).map((aspect) => aspect * height),
    })
  }
  return rows
}
