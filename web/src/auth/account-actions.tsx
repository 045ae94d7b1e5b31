import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { KeyRound, LogOut } from 'lucide-react'
import { lazy, Suspense, useState } from 'react'
import { getIndexStatus, signOut } from '../api/client.ts'
import { Button } from '../components/button.tsx'
import { messages } from '../messages/messages.ts'

const ApiKeys = lazy(async () => ({ default: (await import('./api-keys.tsx')).ApiKeys }))

/** Whether users sign in on this server. */
export function useHasAccounts(): boolean {
  const { data: status } = useQuery({
    queryKey: ['status'],
    queryFn: ({ signal }) => getIndexStatus(signal),
  })
  return status !== undefined && status.auth !== 'none'
}

/** API keys and the way out for a signed-in user. @param beforeLeaving finishes what is still to be done in their name */
export function AccountActions({ beforeLeaving }: { beforeLeaving: () => Promise<void> }) {
  const client = useQueryClient()
  const hasAccounts = useHasAccounts()
  const leave = useMutation({
    mutationFn: async () => {
      await beforeLeaving()
      return signOut()
    },
    // After an error, too: the page shows whether the user is still signed in.
    onSettled: () => client.invalidateQueries({ queryKey: ['session'] }),
  })
  const [areKeysOpen, setKeysOpen] = useState(false)
  if (!hasAccounts) return null
  return (
    <>
      <Button icon={<KeyRound />} onClick={() => setKeysOpen(true)}>
        {messages.app.apiKeys}
      </Button>
      <Button icon={<LogOut />} isBusy={leave.isPending} onClick={() => leave.mutate()}>
        {messages.app.signOut}
      </Button>
      {areKeysOpen && (
        <Suspense fallback={null}>
          <ApiKeys onClose={() => setKeysOpen(false)} />
        </Suspense>
      )}
    </>
  )
}
