import { useQuery } from '@tanstack/react-query'
import { type Folder, getFolders } from '../api/client.ts'

export function useFolders() {
  return useQuery({
    queryKey: ['images', 'folders'],
    queryFn: ({ signal }) => getFolders(signal),
    staleTime: 5_000,
  })
}

/** The number of pictures in a folder and below it. */
export function countOf({ image_count: own, children }: Folder): number {
  return children.reduce((sum, child) => sum + countOf(child), own)
}
