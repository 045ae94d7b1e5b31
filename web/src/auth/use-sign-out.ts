import { useMutation, useQueryClient } from '@tanstack/react-query'
import { signOut } from '../api/client.ts'

/** Signs the user out. @param beforeLeaving completes the pending work of the user */
export function useSignOut(beforeLeaving: () => Promise<void>) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: async () => {
      await beforeLeaving()
      return signOut()
    },
    // After an error, too: the page shows whether the user is still signed in.
    onSettled: () => client.invalidateQueries({ queryKey: ['session'] }),
  })
}
