import { useQuery } from '@tanstack/react-query'
import { explainMatch } from '../api/match.ts'
import type { Query } from './query-parts.ts'
import { isSearching, keyOf, requestOf } from './use-search.ts'

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
