/**
 * Cuts a batch's vectors apart and scales each to unit length.
 * @returns them, or what is wrong with one of them
 */
export function normaliseVectors(
  vectors: Float32Array,
  count: number,
  dimensions: number,
): Float32Array[] | string {
  if (vectors.length !== count * dimensions) {
    return `it returned ${vectors.length} numbers for ${count} images of ${dimensions} dimensions`
  }
  const results: Float32Array[] = []
  for (let n = 0; n < count; n++) {
    const vector = vectors.slice(n * dimensions, (n + 1) * dimensions)
    let sum = 0
    for (const value of vector) sum += value * value
    if (!Number.isFinite(sum)) return 'it returned a vector with numbers that are not finite'
    if (sum === 0) return 'it returned a vector of zeros'
    const scale = 1 / Math.sqrt(sum)
    for (let i = 0; i < dimensions; i++) vector[i]! *= scale
    results.push(vector)
  }
  return results
}
