import { useMutation, useQueryClient } from '@tanstack/react-query'
import { signOut } from '../api/client.ts'

export const SIGN_OUT = ['sign-out']

/**
 * Signs the user out.
 * @param beforeLeaving completes the pending work of the user
 * @param onSignedOut ends what must not go on for the next user
 */
export function useSignOut(beforeLeaving: () => Promise<void>, onSignedOut: () => void | Promise<void>) {
  const client = useQueryClient()
  return useMutation({
    mutationKey: SIGN_OUT,
    mutationFn: async () => {
      await beforeLeaving()
      await signOut()
      await onSignedOut()
    },
    // After an error, too: the page shows whether the user is still signed in.
    onSettled: () => client.invalidateQueries({ queryKey: ['session'] }),
  })
}
