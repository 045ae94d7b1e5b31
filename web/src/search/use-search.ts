import { useQuery } from '@tanstack/react-query'
import { useRef } from 'react'
import { type Filters, type Images, type SearchTerm, search } from '../api/client.ts'
import { renderSketch } from '../sketch/render.ts'
import { hasEnoughInk, type Sketch } from '../sketch/sketch.ts'
import type { QueryTerm } from '../state/query-terms.ts'

/** What is being searched with: a drawing that is being made, and examples besides. */
export interface Query {
  sketch: Sketch
  /** Without drawings: the one that counts is `sketch`. */
  terms: QueryTerm[]
  filters: Filters
}

const TOP_K = 500
const SKETCH_SIDE = 512

export function isSearching({ sketch, terms }: Pick<Query, 'sketch' | 'terms'>): boolean {
  return hasEnoughInk(sketch.strokes) || terms.some(({ isWanted }) => isWanted)
}

/**
 * The answer to a query. It follows the drawing: an overtaken request is aborted, and the last results stay until new
 * ones are there.
 * @returns with `isCurrent`: whether the answer is that to the query as it is now
 */
export function useSearch(query: Query) {
  const isActive = isSearching(query)
  /** The last answer since something began to be searched with: what was found before that belongs to another search. */
  const last = useRef<Images>(undefined)
  if (!isActive) last.current = undefined
  const result = useQuery<Images>({
    queryKey: ['images', 'search', keyOf(query)],
    queryFn: ({ signal }) => run(query, signal),
    enabled: isActive,
    placeholderData: () => last.current,
    staleTime: 30_000,
    gcTime: 60_000,
  })
  if (isActive && result.data !== undefined) last.current = result.data
  const isCurrent = result.isSuccess && !result.isPlaceholderData
  return { result, isCurrent }
}

export type SearchResult = ReturnType<typeof useSearch>['result']

async function run({ sketch, terms, filters }: Query, signal: AbortSignal): Promise<Images> {
  const uploads: Record<string, Blob> = {}
  const positive = terms.filter(({ isWanted }) => isWanted).map(toSearchTerm)
  const negative = terms.filter(({ isWanted }) => !isWanted).map(toSearchTerm)
  if (hasEnoughInk(sketch.strokes)) {
    uploads.sketch = await renderSketch(sketch.strokes, SKETCH_SIDE)
    positive.unshift({ upload: 'sketch', kind: 'sketch' })
  }
  const query = { ...filters, items_per_page: TOP_K }
  return search({ positive, negative, top_k: TOP_K, query }, uploads, signal)
}

function toSearchTerm({ kind, id, region }: QueryTerm): SearchTerm {
  const crop = region && { crop: region.join(',') }
  return { ...(kind === 'image' ? { image_id: id } : { query_id: id }), ...crop }
}

const numbers = new WeakMap<object, number>()
let lastNumber = 0

/** Drawings are told apart by identity: comparing them would cost more than searching. */
function numberOf(object: object): number {
  const known = numbers.get(object)
  if (known !== undefined) return known
  numbers.set(object, ++lastNumber)
  return lastNumber
}

function keyOf({ sketch, terms, filters }: Query): string {
  return JSON.stringify([hasEnoughInk(sketch.strokes) ? numberOf(sketch.strokes) : 0, terms, filters])
}
