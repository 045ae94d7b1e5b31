import { useQuery } from '@tanstack/react-query'
import { getIndexStatus } from '../api/client.ts'
import { useHasRole } from '../state/role.ts'

/** Whether the user may add and delete pictures. In a gallery that is read-only as a whole nobody may, which a notice explains. */
export function useMayEdit(): boolean {
  const { data: status } = useQuery({ queryKey: ['status'], queryFn: ({ signal }) => getIndexStatus(signal) })
  const isEditor = useHasRole('editor')
  return isEditor && status?.is_read_only !== true
}
