import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { acceptMissing, getIndexStatus, type IndexStatus } from '../api/client.ts'
import { useHasRole } from '../state/role.ts'
import { getStored, setStored } from '../components/stored.ts'
import { messages } from '../messages/messages.ts'

const REFRESH_MS = 10_000

/** Says when a search does not see everything as it is: the model was changed or does not work, or the folder is lost or can’t be watched. */
export function IndexNotices() {
  const { data: status } = useQuery({
    queryKey: ['status'],
    queryFn: ({ signal }) => getIndexStatus(signal),
    refetchInterval: REFRESH_MS,
  })
  if (status === undefined) return null
  return (
    <>
      <EmbedderNotice status={status} />
      {status.problem !== null && <Notice className="text-danger">{messages.status.problem}</Notice>}
      {status.absence && <AbsenceNotice absence={status.absence} />}
      {status.polling_reason !== null && <PollingNotice reason={status.polling_reason} />}
    </>
  )
}

function EmbedderNotice({ status }: { status: IndexStatus }) {
  const { embedder, embedder_state, previous_embedder, indexed, to_embed } = status
  if (embedder_state === 'not_working') {
    return <Notice className="text-danger">{messages.status.notWorking(embedder)}</Notice>
  }
  if (previous_embedder === null) return null
  return (
    <Notice className="text-ink">
      {messages.status.embedderChanged(embedder, indexed, indexed + to_embed)}
    </Notice>
  )
}

function AbsenceNotice({ absence }: { absence: NonNullable<IndexStatus['absence']> }) {
  const client = useQueryClient()
  const mayAccept = useHasRole('admin')
  const accept = useMutation({ mutationFn: acceptMissing, onSettled: () => client.invalidateQueries() })
  return (
    <Notice className="text-danger">
      {messages.status.absence(absence.missing, absence.known)}{' '}
      {mayAccept && (
        <button
          type="button"
          className="underline disabled:opacity-50"
          disabled={accept.isPending}
          onClick={() => accept.mutate()}
        >
          {messages.status.acceptMissing}
        </button>
      )}
      {accept.error && <span> {accept.error.message}</span>}
    </Notice>
  )
}

const READ_KEY = 'polling-reason-read'

/** Says once why changes take their time to appear, and what would help. */
function PollingNotice({ reason }: { reason: string }) {
  const [read, setRead] = useState(() => getStored(READ_KEY))
  if (read === reason) return null
  const onRead = () => {
    setStored(READ_KEY, reason)
    setRead(reason)
  }
  return (
    <Notice className="text-ink">
      {messages.status.polling}{' '}
      <details className="inline-block align-top">
        <summary className="underline">{messages.status.why}</summary>
        <span className="text-muted">{reason}</span>
      </details>{' '}
      <button type="button" className="underline" onClick={onRead}>
        {messages.status.understood}
      </button>
    </Notice>
  )
}

function Notice({ className, children }: { className: string; children: ReactNode }) {
  return (
    <div role="status" className={`border-line border-b bg-raised px-4 py-2 text-sm ${className}`}>
      {children}
    </div>
  )
}
