import type { Config } from '../config/schema.ts'

const SEPARATOR = '+windows-'

/** Distinguishes the stored vectors of a model: with and without windows, they are different ones. */
export function spaceFingerprint(
  ofModel: string,
  { windows }: Pick<Config['embedder_registry'], 'windows'>,
): string {
  return windows === 'none' ? ofModel : `${ofModel}${SEPARATOR}${windows}`
}

/** The fingerprint of the model that made stored vectors. */
export function modelFingerprint(ofSpace: string): string {
  return ofSpace.split(SEPARATOR)[0]!
}
