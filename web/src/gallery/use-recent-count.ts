import { useQuery } from '@tanstack/react-query'
import { listImages } from '../api/client.ts'
import { recentSince } from '../state/address.ts'

/** Number of files that were added lately; undefined until it is loaded. */
export function useRecentCount(): number | undefined {
  const since = recentSince()
  const order = { order_by: 'created_at', direction: 'descending' } as const
  const { data } = useQuery({
    queryKey: ['images', 'recent', since],
    queryFn: ({ signal }) => listImages({ created_min: since, ...order, page: 1, items_per_page: 0 }, signal),
  })
  return data?.total
}
