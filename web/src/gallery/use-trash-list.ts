import { useQuery } from '@tanstack/react-query'
import { listTrash } from '../api/trash.ts'
import { usePartedList } from './use-gallery.ts'

export function useTrashList() {
  return usePartedList(['trash', 'list'], listTrash, true)
}

/** How many pictures the trash holds; undefined while that is not known, or none. */
export function useTrashCount(): number | undefined {
  const { data } = useQuery({
    queryKey: ['trash', 'count'],
    queryFn: ({ signal }) => listTrash({ page: 1, items_per_page: 0 }, signal),
  })
  return data?.total || undefined
}
