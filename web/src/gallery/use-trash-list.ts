import { useQuery } from '@tanstack/react-query'
import { listTrash } from '../api/trash.ts'
import { usePartedList } from './use-gallery.ts'

export function useTrashList() {
  return usePartedList(['trash', 'list'], listTrash, true)
}

/** Number of pictures in the trash; undefined if there are none or it is not loaded. */
export function useTrashCount(): number | undefined {
  const { data } = useQuery({
    queryKey: ['trash', 'count'],
    queryFn: ({ signal }) => listTrash({ page: 1, items_per_page: 0 }, signal),
  })
  return data?.total || undefined
}
