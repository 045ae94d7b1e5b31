import { counted } from '../counted.ts'

/**
 * Splits the vectors of a batch and scales each to unit length.
 * @param what the items that they belong to
 * @returns the vectors, or the defect of one of them
 */
export function normaliseVectors(
  vectors: Float32Array,
  count: number,
  dimensions: number,
  what: 'image' | 'text' = 'image',
): Float32Array[] | string {
  if (vectors.length !== count * dimensions) {
    const given = `it returned ${counted(vectors.length, 'number')} for ${counted(count, what)}`
    return `${given}, where the vector of an image has ${counted(dimensions, 'dimension')}`
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

/**
 * Divides the numbers of a batch.
 * @returns the part of each image, or the problem
 */
export function equalParts(numbers: Float32Array, count: number, length: number): Float32Array[] | string {
  if (numbers.length !== count * length)
    return `it returned ${counted(numbers.length, 'number')} for ${counted(count, 'image')} of ${length} numbers`
  if (!numbers.every(Number.isFinite)) return 'it returned numbers that are not finite'
  return Array.from({ length: count }, (_, n) => numbers.subarray(n * length, (n + 1) * length))
}
