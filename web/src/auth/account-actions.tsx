import { useQuery } from '@tanstack/react-query'
import { KeyRound, LogOut } from 'lucide-react'
import { getAccount, getIndexStatus } from '../api/client.ts'
import { Button } from '../components/button.tsx'
import { messages } from '../messages/messages.ts'
import { viewMessages } from '../messages/view-messages.ts'
import { useSignOut } from './use-sign-out.ts'

/** Whether users sign in on this server. */
export function useHasAccounts(): boolean {
  const { data: status } = useQuery({
    queryKey: ['status'],
    queryFn: ({ signal }) => getIndexStatus(signal),
  })
  return status !== undefined && status.auth !== 'none'
}

export interface AccountActionsProps {
  /** Shows the user's API keys. */
  onKeys: () => void
  /** Completes the pending work of the user. */
  beforeLeaving: () => Promise<void>
  /** Removes what must not remain for the next user. */
  onSignedOut: () => Promise<void>
  /** Asks before the user signs out; undefined if nothing would be lost. */
  onSignOutQuestion: (() => void) | undefined
}

/** API keys and sign-out for a signed-in user, with address and role. */
export function AccountActions({
  onKeys,
  beforeLeaving,
  onSignedOut,
  onSignOutQuestion,
}: AccountActionsProps) {
  const hasAccounts = useHasAccounts()
  const leave = useSignOut(beforeLeaving, onSignedOut)
  if (!hasAccounts) return null
  return (
    <>
      <SignedInUser />
      <Button icon={<KeyRound />} onClick={onKeys}>
        {messages.app.apiKeys}
      </Button>
      <Button
        icon={<LogOut />}
        isBusy={leave.isPending}
        onClick={onSignOutQuestion ?? (() => leave.mutate())}
      >
        {messages.app.signOut}
      </Button>
      {leave.error !== null && (
        <p role="alert" className="m-0 text-13 text-danger">
          {leave.error.message}
        </p>
      )}
    </>
  )
}

function SignedInUser() {
  const { data: account } = useQuery({
    queryKey: ['user', 'own'],
    queryFn: ({ signal }) => getAccount(signal),
  })
  if (account === undefined || account.email === null) return null
  const { roles, signedInAs } = viewMessages.users
  return (
    <p className="m-0 border-line border-t pt-3 text-13 text-ink-2 [overflow-wrap:anywhere]">
      {signedInAs(account.email, roles[account.role])}
    </p>
  )
}
