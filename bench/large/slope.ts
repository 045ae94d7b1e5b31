/** A value at a size; it is computed where the size could not be measured. */
export interface SizedValue {
  rows: number
  value: number
  isComputed: boolean
}

/** Measured values and, by the straight line through the last two on logarithmic scales, one at a larger size. */
export function extended(measured: readonly { rows: number; value: number }[], rows: number): SizedValue[] {
  const values = measured.toSorted((a, b) => a.rows - b.rows).map((one) => ({ ...one, isComputed: false }))
  const [before, last] = values.slice(-2)
  if (before === undefined || last === undefined || last.rows >= rows) return values
  const slope = Math.log(last.value / before.value) / Math.log(last.rows / before.rows)
  return [...values, { rows, value: last.value * (rows / last.rows) ** slope, isComputed: true }]
}
