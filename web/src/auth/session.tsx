import { useQuery, useQueryClient } from '@tanstack/react-query'
import { RefreshCw } from 'lucide-react'
import { type ReactNode, useEffect, useState } from 'react'
import { getSession, isPassing, onSignedOut, type Session } from '../api/client.ts'
import { Button } from '../components/button.tsx'
import { EmptyState } from '../components/empty-state.tsx'
import { lazyPart } from '../components/lazy-part.tsx'
import { messages } from '../messages/messages.ts'
import { RoleContext } from '../state/role.ts'
import { SIGN_OUT } from './use-sign-out.ts'

const RETRY_MS = 3_000

const SignIn = lazyPart(async () => ({ default: (await import('./sign-in.tsx')).SignIn }))

/** Shows its children to users who are signed in, and the sign-in page to others. */
export function SessionGate({ children }: { children: ReactNode }) {
  const client = useQueryClient()
  const { data, error, refetch } = useQuery({
    queryKey: ['session'],
    queryFn: ({ signal }) => getSession(signal),
    staleTime: Infinity,
    // The page shows the time of the next try instead.
    retry: false,
    refetchInterval: ({ state }) => (state.status === 'error' && isPassing(state.error) ? RETRY_MS : false),
    // The user may have signed in in another tab.
    refetchOnWindowFocus: ({ state }) => (state.data?.state === 'authenticated' ? false : 'always'),
  })
  // Any request may be the first to find the session ended. The page then asks for it, and signing in returns to the same address.
  const [isEnded, setEnded] = useState(false)
  useEffect(
    () =>
      onSignedOut(() => {
        const wasIn = client.getQueryData<Session>(['session'])?.state === 'authenticated'
        if (wasIn && client.isMutating({ mutationKey: SIGN_OUT }) === 0) setEnded(true)
        void client.invalidateQueries({ queryKey: ['session'] })
      }),
    [client],
  )

  const isOut = data !== undefined && data.state !== 'authenticated'
  useEffect(() => {
    // No answer for one user remains for the next.
    if (isOut) client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'session' })
  }, [client, isOut])

  if (data?.state === 'authenticated') return <RoleContext value={data.role}>{children}</RoleContext>
  if (data !== undefined) {
    return (
      <SignIn
        isCodeSent={data.state === 'challenge_issued'}
        isEnded={isEnded}
        onSignedIn={(session) => {
          setEnded(false)
          client.setQueryData(['session'], session)
        }}
      />
    )
  }
  if (error !== null) {
    const { status, app } = messages
    const isAway = isPassing(error)
    return (
      <main className="h-full">
        <EmptyState
          icon={<RefreshCw />}
          title={isAway ? status.offlineTitle : error.message}
          text={isAway ? status.offline(RETRY_MS / 1000) : undefined}
        >
          <Button onClick={() => void refetch()}>{isAway ? status.tryNow : app.retry}</Button>
        </EmptyState>
      </main>
    )
  }
  return null
}
