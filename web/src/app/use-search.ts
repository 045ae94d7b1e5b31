import { useIsFetching, useQuery, useQueryClient } from '@tanstack/react-query'
import { useCallback, useMemo, useRef, useState } from 'react'
import type { Images } from '../api/client.ts'
import { explainMatch, search } from '../api/search.ts'
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

export interface SearchResult {
  /** The first results, or all once they were asked for. */
  data: Images | undefined
  /** Names the query that the data answer. */
  dataKey: string
  isPending: boolean
  error: Error | null
  refetch: () => void
  /** Asks for all results, which then replace the first ones. */
  wantAll: () => void
  loadAll: () => Promise<Images>
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
  const client = useQueryClient()
  const query = usePacedQuery(newest, isChanging)
  const isActive = isSearching(query)
  const key = keyOf(query)
  /** The last response since the search began. Earlier ones belong to another search. */
  const last = useRef<{ data: Images; key: string }>(undefined)
  if (!isActive) last.current = undefined
  const first = useQuery<Images>({
    ...answerOf(query, FIRST_RESULTS),
    enabled: isActive,
    placeholderData: () => last.current?.data,
  })
  const [wanted, setWanted] = useState<string>()
  const hasMore = first.data !== undefined && first.data.total > first.data.images.length
  const isWanted = isActive && wanted === key && hasMore && !first.isPlaceholderData
  const all = useQuery<Images>({ ...answerOf(query, TOP_K), enabled: isWanted })
  const data = (isWanted ? all.data : undefined) ?? first.data
  const dataKey = first.isPlaceholderData ? (last.current?.key ?? key) : key
  if (isActive && data !== undefined) last.current = { data, key: dataKey }

  const latest = useRef(query)
  latest.current = query
  // Older data are about to be replaced, so nothing more is fetched of them.
  const wantAll = useCallback(() => setWanted(dataKey), [dataKey])
  const loadAll = useCallback(() => client.fetchQuery(answerOf(latest.current, TOP_K)), [client])
  const { isPending, error, refetch: refetchFirst } = first
  const { error: errorOfAll, refetch: refetchAll } = all
  const result = useMemo((): SearchResult => {
    const problem = error ?? (isWanted ? errorOfAll : null)
    const refetch = () => void (error === null && isWanted ? refetchAll() : refetchFirst())
    return { data, dataKey, isPending, error: problem, refetch, wantAll, loadAll }
  }, [data, dataKey, isPending, error, errorOfAll, isWanted, refetchFirst, refetchAll, wantAll, loadAll])
  return { result, isCurrent: key === keyOf(newest) && first.isSuccess && !first.isPlaceholderData }
}

/** During a drag, each request is answered before the next one: where a search takes long, all of them would be aborted. */
function usePacedQuery(newest: Query, isChanging: boolean): Query {
  const asked = useRef(newest)
  const isBusy = useIsFetching({ queryKey: answerOf(asked.current, FIRST_RESULTS).queryKey, exact: true }) > 0
  if (!isChanging || !isBusy) asked.current = newest
  return asked.current
}

function answerOf(query: Query, count: number) {
  return {
    queryKey: ['images', 'search', keyOf(query), count],
    queryFn: async ({ signal }: { signal: AbortSignal }): Promise<Images> => {
      const { body, uploads } = await requestOf(query, signal)
      return search({ ...body, query: { ...body.query, items_per_page: count } }, uploads, signal)
    },
    staleTime: 30_000,
    gcTime: 60_000,
  }
}

/** The heat map of a picture for the query: a quick one until the full one is there. It is requested only while `isShown`. */
export function useMatch(query: Query, id: string, isShown: boolean) {
  const isWanted = isShown && isSearching(query)
  const quick = useQuery({ ...matchOf(query, id, 'quick'), enabled: isWanted })
  const full = useQuery({ ...matchOf(query, id, 'full'), enabled: isWanted && quick.isSuccess })
  return {
    data: full.data ?? quick.data,
    isFetching: quick.isFetching || full.isFetching,
    error: quick.error ?? full.error,
  }
}

function matchOf(query: Query, id: string, detail: 'quick' | 'full') {
  return {
    queryKey: ['images', 'match', id, keyOf(query), detail],
    queryFn: async ({ signal }: { signal: AbortSignal }) => {
      const { body, uploads } = await requestOf(query, signal)
      return explainMatch(id, body, uploads, detail, signal)
    },
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60_000,
    retry: false,
  }
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
