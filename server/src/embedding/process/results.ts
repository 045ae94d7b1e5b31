import { equalParts, normaliseVectors } from '../vectors.ts'
import type { EmbeddingProcess } from './child.ts'
import type { Job } from './jobs.ts'

/** @returns the results of the items of a job, or the defect of one of them */
export function resultsOf(
  vectors: Float32Array,
  { kind, items }: Pick<Job, 'kind' | 'items'>,
  { dimensions, places }: Pick<EmbeddingProcess, 'dimensions' | 'places'>,
): Float32Array[] | string {
  if (kind !== 'places' || places === undefined)
    return normaliseVectors(vectors, items.length, dimensions, kind === 'text' ? 'text' : 'image')
  return equalParts(vectors, items.length, places.width * places.height * dimensions)
}

/** Ends a reason with a full stop. */
export function sentence(reason: unknown): string {
  const text = reason instanceof Error ? reason.message : String(reason)
  return /[.!?]$/.test(text) ? text : `${text}.`
}
