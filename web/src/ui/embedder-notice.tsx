import { useQuery } from '@tanstack/react-query'
import { getIndexStatus } from '../api/client.ts'
import { messages } from '../messages.ts'

const REFRESH_MS = 10_000

/** Says that a search does not see everything: the model has been changed, or does not work at present. */
export function EmbedderNotice() {
  const { data: status } = useQuery({
    queryKey: ['status'],
    queryFn: ({ signal }) => getIndexStatus(signal),
    refetchInterval: REFRESH_MS,
  })
  if (status === undefined) return null
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

function Notice({ className, children }: { className: string; children: string }) {
  return (
    <p role="status" className={`border-line border-b bg-raised px-4 py-2 text-sm ${className}`}>
      {children}
    </p>
  )
}
