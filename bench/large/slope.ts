/** A value at a size; it is computed where the size could not be measured. */
export interface SizedValue {
  rows: number
  value: number
  isComputed: boolean
}

/** Below, the fixed costs of a search (round trips, threads) hide how it grows with the index. */
const MIN_ROWS_OF_SEARCH = 1_000_000

/** How a value grows: `search` is the time of one search, `building` grows by a factor, `memory` by what each further row takes. */
export type Growth = 'search' | 'building' | 'memory'

/** Measured values and, by the straight line through the last two, one at a larger size, unless these two do not show the growth. */
export function extended(
  measured: readonly { rows: number; value: number }[],
  rows: number,
  growth: Growth,
): SizedValue[] {
  const values = measured.toSorted((a, b) => a.rows - b.rows).map((one) => ({ ...one, isComputed: false }))
  const [before, last] = values.slice(-2)
  if (before === undefined || last === undefined || last.rows >= rows) return values
  if (last.value <= before.value || (growth === 'search' && last.rows < MIN_ROWS_OF_SEARCH)) return values
  if (growth === 'memory') {
    const perRow = (last.value - before.value) / (last.rows - before.rows)
    return [...values, { rows, value: last.value + perRow * (rows - last.rows), isComputed: true }]
  }
  const slope = Math.log(last.value / before.value) / Math.log(last.rows / before.rows)
  return [...values, { rows, value: last.value * (rows / last.rows) ** slope, isComputed: true }]
}
