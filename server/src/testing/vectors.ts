import { createHash } from 'node:crypto'

const MAX_DIMENSIONS = 16

/** Deterministic vectors of unit length that point everywhere, no two alike. @param seed names the vector */
export function vectorNamed(seed: string, dimensions: number): Float32Array {
  if (dimensions > MAX_DIMENSIONS) throw new Error(`a name makes at most ${MAX_DIMENSIONS} dimensions`)
  const bytes = createHash('sha256').update(seed).digest()
  const vector = Float32Array.from({ length: dimensions }, (_, i) => bytes.readUInt16LE(2 * i) / 65_535 - 0.5)
  const length = Math.hypot(...vector)
  return vector.map((value) => value / length)
}
