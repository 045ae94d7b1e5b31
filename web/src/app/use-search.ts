import { useQuery } from '@tanstack/react-query'
import { useRef } from 'react'
import type { Images } from '../api/client.ts'
import { explainMatch, search } from '../api/search.ts'
import { language } from '../messages/language.ts'
import { PICTURE_SIDE, renderSketch } from '../sketch/picture.ts'
import { hasEnoughInk } from '../sketch/sketch.ts'
import { partsOf, type Query, SKETCH_UPLOAD } from './query-parts.ts'

const TOP_K = 500

export function isSearching({ sketch, terms }: Pick<Query, 'sketch' | 'terms'>): boolean {
  return hasEnoughInk(sketch.strokes) || terms.some(({ kind, isWanted }) => isWanted && kind !== 'colours')
}

/**
 * The answer to a query. It follows the drawing: a newer request aborts an older one, and the last results stay until new ones are
 * there.
 * @returns with `isCurrent`: whether the answer is the one to this query
 */
export function useSearch(query: Query) {
  const isActive = isSearching(query)
  /** The last response since the search began. Earlier ones belong to another search. */
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

async function run(query: Query, signal: AbortSignal): Promise<Images> {
  const { body, uploads } = await requestOf(query, signal)
  return search(body, uploads, signal)
}

/** The heat map of a picture for the query. It is requested only while `isShown`. */
export function useMatch(query: Query, id: string, isShown: boolean) {
  return useQuery({
    queryKey: ['images', 'match', id, keyOf(query)],
    queryFn: async ({ signal }) => {
      const { body, uploads } = await requestOf(query, signal)
      return explainMatch(id, body, uploads, signal)
    },
    enabled: isShown && isSearching(query),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60_000,
    retry: false,
  })
}

async function requestOf(query: Query, signal: AbortSignal) {
  const { sketch, filters } = query
  const uploads: Record<string, Blob> = {}
  const parts = partsOf(query).map(({ part }) => part)
  if (hasEnoughInk(sketch.strokes))
    uploads[SKETCH_UPLOAD] = await renderSketch(sketch.strokes, PICTURE_SIDE, signal)
  return { body: { parts, top_k: TOP_K, query: { ...filters, items_per_page: TOP_K }, language }, uploads }
}

const numbers = new WeakMap<object, number>()
let lastNumber = 0

/** Drawings are compared by identity: comparing their points would cost more than searching. */
function numberOf(object: object): number {
  const known = numbers.get(object)
  if (known !== undefined) return known
  numbers.set(object, ++lastNumber)
  return lastNumber
}

function keyOf({ sketch, sketchWeight, terms, filters }: Query): string {
  const drawing = hasEnoughInk(sketch.strokes) ? [numberOf(sketch.strokes), sketchWeight] : 0
  return JSON.stringify([drawing, terms, filters])
}
