import { useIsFetching, useQuery, useQueryClient } from '@tanstack/react-query'
import { useCallback, useMemo, useRef, useState } from 'react'
import type { Images } from '../api/client.ts'
import { search } from '../api/search.ts'
import { BLOCK_SIZE } from '../gallery/grid-layout.ts'
import { language } from '../messages/language.ts'
import { PICTURE_SIDE, renderSketch } from '../sketch/picture.ts'
import { hasEnoughInk } from '../sketch/sketch.ts'
import { partsOf, type Query, SKETCH_UPLOAD } from './query-parts.ts'

const TOP_K = 500
/**
 * Results of the first answer: more than are seen at first. Reading all of them takes as long as searching. Two blocks of rows: fewer
 * would be laid out again when the others come.
 */
const FIRST_RESULTS = 2 * BLOCK_SIZE

/** The first results of a search. */
export interface SearchResult {
  data: Images | undefined
  /** The query that the data answer. */
  answered: NamedQuery
  isPending: boolean
  error: Error | null
}

/** The results of a search that are shown: the first ones, or all once they were asked for. */
export interface ShownResult extends SearchResult {
  refetch: () => void
  /** Asks for all results, which then replace the first ones. */
  wantAll: () => void
  loadAll: () => Promise<Images>
}

interface NamedQuery {
  /** Differs from that of every other query. */
  key: string
  query: Query
}

export function isSearching({ sketch, terms }: Pick<Query, 'sketch' | 'terms'>): boolean {
  return hasEnoughInk(sketch.strokes) || terms.some(({ kind, isWanted }) => isWanted && kind !== 'colours')
}

/**
 * The answer to a query. It follows the drawing: a newer request aborts an older one, and the last results stay until new ones are
 * there.
 * @param newest the query that the page shows
 * @param isChanging whether a stroke or a region is being dragged
 * @returns with `isCurrent`: whether the answer is the one to the newest query
 */
export function useSearch(newest: Query, isChanging: boolean): { result: SearchResult; isCurrent: boolean } {
  const asked = useNamed(usePacedQuery(newest, isChanging))
  const isActive = isSearching(asked.query)
  /** The last response since the search began. Earlier ones belong to another search. */
  const last = useRef<{ data: Images; answered: NamedQuery }>(undefined)
  if (!isActive) last.current = undefined
  const { data, isPlaceholderData, isPending, error } = useQuery<Images>({
    ...firstAnswerOf(asked.query),
    enabled: isActive,
    placeholderData: () => last.current?.data,
  })
  const answered = (isPlaceholderData ? last.current?.answered : undefined) ?? asked
  if (isActive && data !== undefined) last.current = { data, answered }
  const result = useMemo(
    (): SearchResult => ({ data, answered, isPending, error }),
    [data, answered, isPending, error],
  )
  return { result, isCurrent: data !== undefined && answered.key === keyOf(newest) }
}

/**
 * Results with the rest of them once it is wanted. All belong to the query that these answer, however many newer ones there are.
 * @param gone ids of deleted pictures: a search by one of them is not repeated
 */
export function useAllResults(shown: SearchResult, gone: ReadonlySet<string>): ShownResult {
  const { query, key } = shown.answered
  const client = useQueryClient()
  const [wanted, setWanted] = useState<string>()
  const first = useQuery<Images>({
    ...firstAnswerOf(query),
    // Results that are held back follow changes of the gallery, too.
    enabled:
      shown.data !== undefined && !query.terms.some(({ kind, id }) => kind === 'image' && gone.has(id)),
  })
  const begun = first.data ?? shown.data
  const isWanted = wanted === key && begun !== undefined && begun.total > begun.images.length
  const all = useQuery<Images>({ ...answerOf(query, TOP_K), enabled: isWanted })
  const data = (isWanted ? all.data : undefined) ?? begun

  const wantAll = useCallback(() => setWanted(key), [key])
  const loadAll = useCallback(() => client.fetchQuery(answerOf(query, TOP_K)), [client, query])
  const { error: errorOfFirst, refetch: refetchFirst } = first
  const { error: errorOfAll, refetch: refetchAll } = all
  return useMemo((): ShownResult => {
    const error = errorOfFirst ?? (isWanted ? errorOfAll : null)
    const refetch = () => void (errorOfFirst === null && isWanted ? refetchAll() : refetchFirst())
    return { ...shown, data, error, refetch, wantAll, loadAll }
  }, [shown, data, errorOfFirst, errorOfAll, isWanted, refetchFirst, refetchAll, wantAll, loadAll])
}

/** The same object for the same query. */
function useNamed(query: Query): NamedQuery {
  const key = keyOf(query)
  const named = useRef<NamedQuery>({ key, query })
  if (named.current.key !== key) named.current = { key, query }
  return named.current
}

/** During a drag, each request is answered before the next one: where a search takes long, all of them would be aborted. */
function usePacedQuery(newest: Query, isChanging: boolean): Query {
  const asked = useRef(newest)
  const isBusy = useIsFetching({ queryKey: firstAnswerOf(asked.current).queryKey, exact: true }) > 0
  if (!isChanging || !isBusy) asked.current = newest
  return asked.current
}

/** Only the best results can be shown before the others are there. */
function firstAnswerOf(query: Query) {
  return answerOf(query, query.sort === 'best' ? FIRST_RESULTS : TOP_K)
}

function answerOf(query: Query, count: number) {
  return {
    queryKey: ['images', 'search', keyOf(query), count],
    queryFn: async ({ signal }: { signal: AbortSignal }): Promise<Images> => {
      const { body, uploads } = await requestOf(query, signal)
      const found = await search(
        { ...body, query: { ...body.query, items_per_page: count } },
        uploads,
        signal,
      )
      if (query.sort === 'best') return found
      return (await import('./sorted-results.ts')).sortedResults(found, query.sort)
    },
    staleTime: 30_000,
    gcTime: 60_000,
  }
}

/** The parts of a request for a query, with the pictures that they name. */
export async function requestOf(query: Query, signal: AbortSignal) {
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

/** Differs for different queries. */
export function keyOf({ sketch, sketchWeight, terms, filters, sort }: Query): string {
  const drawing = hasEnoughInk(sketch.strokes) ? [numberOf(sketch.strokes), sketchWeight] : 0
  return JSON.stringify([drawing, terms, filters, sort])
}
