import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { acceptMissing, getIndexStatus, type IndexStatus } from '../api/client.ts'
import { messages } from '../messages.ts'

const REFRESH_MS = 10_000

/** Says when a search does not see everything as it is: the model was changed or does not work, or the folder seems to be lost. */
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
      {status.absence && <AbsenceNotice absence={status.absence} />}
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
  const accept = useMutation({ mutationFn: acceptMissing, onSettled: () => client.invalidateQueries() })
  return (
    <Notice className="text-danger">
      {messages.status.absence(absence.missing, absence.known)}{' '}
      <button
        type="button"
        className="underline disabled:opacity-50"
        disabled={accept.isPending}
        onClick={() => accept.mutate()}
      >
        {messages.status.acceptMissing}
      </button>
      {accept.error && <span> {accept.error.message}</span>}
    </Notice>
  )
}

function Notice({ className, children }: { className: string; children: ReactNode }) {
  return (
    <p role="status" className={`border-line border-b bg-raised px-4 py-2 text-sm ${className}`}>
      {children}
    </p>
  )
}
