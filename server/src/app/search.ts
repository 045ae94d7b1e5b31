import type { Config } from '../config/schema.ts'
import type { Metrics } from '../http/metrics.ts'
import { createImageSearch, type ImageSearch } from '../search/search.ts'
import { type FormerOptions, type OpenedFormer, openFormer } from './former.ts'
import type { Foundations } from './foundations.ts'
import type { Indexing } from './indexing.ts'

export interface SearchParts extends Omit<FormerOptions, 'sources' | 'events'> {
  indexing: Pick<Indexing, 'reader' | 'events'>
  metrics: Metrics
}

/** Composes the search, with the former embedder while the gallery is embedded again. */
export async function openSearch(
  config: Config,
  foundations: Foundations,
  { indexing: { reader, events }, metrics, ...options }: SearchParts,
): Promise<{ search: ImageSearch; former: OpenedFormer }> {
  const { storage, model } = foundations
  const { embedder, vocabulary } = model
  const hasWindows = config.embedder_registry.windows !== 'none'
  const sources = { catalog: storage.reads.catalog, embedder, reader, vocabulary, hasWindows }
  const former = await openFormer(config, foundations, { ...options, sources, events })
  return { search: createImageSearch(sources, metrics.observeSearch, former.index), former }
}
