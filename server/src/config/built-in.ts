/** The embedder that is used when nothing else is chosen. */
export const DEFAULT_EMBEDDER = 'sketch-search-5'
/** The default of version 0.1: galleries that it indexed can still be searched with it. */
export const FORMER_EMBEDDER = 'sketch-search-4'
/**
 * Similarity from which two images count as near-duplicates. With the default model, copies that were reduced, compressed again
 * or slightly cropped are above it, and different photos below (bench/results/duplicates.md).
 */
export function duplicateThresholdOf(embedder: string): number {
  return embedder === DEFAULT_EMBEDDER ? 0.9 : 0.985
}

/** The names that need no definition. */
export const BUILT_IN_EMBEDDERS = [DEFAULT_EMBEDDER, FORMER_EMBEDDER, 'classical'] as const
