/** A value at a size; it is computed where the size could not be measured. */
export interface SizedValue {
  rows: number
  value: number
  isComputed: boolean
}

/**
 * Measured values and, by the straight line through the last two, one at a larger size.
 * @param scale of the line: times grow by a factor, memory by what each further row takes
 */
export function extended(
  measured: readonly { rows: number; value: number }[],
  rows: number,
  scale: 'logarithmic' | 'linear' = 'logarithmic',
): SizedValue[] {
  const values = measured.toSorted((a, b) => a.rows - b.rows).map((one) => ({ ...one, isComputed: false }))
  const [before, last] = values.slice(-2)
  if (before === undefined || last === undefined || last.rows >= rows) return values
  if (scale === 'linear') {
    const perRow = (last.value - before.value) / (last.rows - before.rows)
    return [...values, { rows, value: last.value + perRow * (rows - last.rows), isComputed: true }]
  }
  const slope = Math.log(last.value / before.value) / Math.log(last.rows / before.rows)
  return [...values, { rows, value: last.value * (rows / last.rows) ** slope, isComputed: true }]
}
