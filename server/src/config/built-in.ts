/** The embedder that is used when nothing else is chosen. */
export const DEFAULT_EMBEDDER = 'sketch-search-4'
/** The names that need no definition. */
export const BUILT_IN_EMBEDDERS = [DEFAULT_EMBEDDER, 'classical'] as const
