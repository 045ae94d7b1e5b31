import { useQuery, useQueryClient } from '@tanstack/react-query'
import { RefreshCw } from 'lucide-react'
import { createContext, type ReactNode, use, useEffect } from 'react'
import { getSession, onSignedOut, type Role } from '../api/client.ts'
import { Button } from '../components/button.tsx'
import { EmptyState } from '../components/empty-state.tsx'
import { messages } from '../messages.ts'
import { SignIn } from './sign-in.tsx'

const RoleContext = createContext<Role>('user')
const RANKS: Role[] = ['user', 'editor', 'admin']

/** Shows what is in it to whoever is signed in, and the way in to everybody else. */
export function SessionGate({ children }: { children: ReactNode }) {
  const client = useQueryClient()
  const { data, error, refetch } = useQuery({
    queryKey: ['session'],
    queryFn: ({ signal }) => getSession(signal),
    staleTime: Infinity,
    // Somebody may have signed in in another tab.
    refetchOnWindowFocus: ({ state }) => (state.data?.state === 'authenticated' ? false : 'always'),
  })
  // Whatever request learns first that the session is over: the page then asks, and comes back to the same address.
  useEffect(() => onSignedOut(() => void client.invalidateQueries({ queryKey: ['session'] })), [client])

  const isOut = data !== undefined && data.state !== 'authenticated'
  useEffect(() => {
    // Nothing of what somebody has seen is kept for the next.
    if (isOut) client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'session' })
  }, [client, isOut])

  if (data?.state === 'authenticated') return <RoleContext value={data.role}>{children}</RoleContext>
  if (data !== undefined) {
    return (
      <SignIn
        isCodeSent={data.state === 'challenge_issued'}
        onSignedIn={(session) => client.setQueryData(['session'], session)}
      />
    )
  }
  if (error !== null)
    return (
      <EmptyState icon={<RefreshCw />} title={error.message}>
        <Button onClick={() => void refetch()}>{messages.gallery.retry}</Button>
      </EmptyState>
    )
  return null
}

/** Whether who is signed in may do what a role may. */
export function useHasRole(role: Role): boolean {
  return RANKS.indexOf(use(RoleContext)) >= RANKS.indexOf(role)
}
