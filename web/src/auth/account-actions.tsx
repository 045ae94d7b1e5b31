import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { KeyRound, LogOut } from 'lucide-react'
import { getIndexStatus, signOut } from '../api/client.ts'
import { Button } from '../components/button.tsx'
import { messages } from '../messages/messages.ts'

/** Whether users sign in on this server. */
export function useHasAccounts(): boolean {
  const { data: status } = useQuery({
    queryKey: ['status'],
    queryFn: ({ signal }) => getIndexStatus(signal),
  })
  return status !== undefined && status.auth !== 'none'
}

interface AccountActionsProps {
  /** Shows the user's API keys. */
  onKeys: () => void
  /** Completes the pending work of the user. */
  beforeLeaving: () => Promise<void>
}

/** API keys and sign-out for a signed-in user. */
export function AccountActions({ onKeys, beforeLeaving }: AccountActionsProps) {
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
  if (!hasAccounts) return null
  return (
    <>
      <Button icon={<KeyRound />} onClick={onKeys}>
        {messages.app.apiKeys}
      </Button>
      <Button icon={<LogOut />} isBusy={leave.isPending} onClick={() => leave.mutate()}>
        {messages.app.signOut}
      </Button>
    </>
  )
}
