import { useQuery } from '@tanstack/react-query'
import { listTrash } from '../api/trash.ts'
import { usePartedList } from './use-gallery.ts'

/** @param name part of the names of the pictures; empty for all */
export function useTrashList(name: string) {
  const filter = name === '' ? {} : { name_contains: name }
  return usePartedList(
    ['trash', 'list', name],
    (part, signal) => listTrash({ ...filter, ...part }, signal),
    true,
  )
}

/** Number of pictures in the trash; undefined if there are none or it is not loaded. */
export function useTrashCount(): number | undefined {
  const { data } = useQuery({
    queryKey: ['trash', 'count'],
    queryFn: ({ signal }) => listTrash({ page: 1, items_per_page: 0 }, signal),
  })
  return data?.total || undefined
}
