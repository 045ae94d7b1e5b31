import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { RotateCw, TriangleAlert } from 'lucide-react'
import { useState } from 'react'
import { getIndexStatus, listFailures, retryFailures } from '../api/client.ts'
import { useHasRole } from '../state/role.ts'
import { Dialog } from '../components/dialog.tsx'
import { IconButton } from '../components/icon-button.tsx'
import { messages } from '../messages/messages.ts'

/** Says that files could not be indexed and, when asked, which and why. */
export function Failures() {
  const [isOpen, setOpen] = useState(false)
  const { data: status } = useQuery({ queryKey: ['status'], queryFn: ({ signal }) => getIndexStatus(signal) })
  const failed = status?.failed ?? 0
  const { data } = useQuery({
    queryKey: ['status', 'failures', failed],
    queryFn: ({ signal }) => listFailures(signal),
    enabled: failed > 0,
  })
  const client = useQueryClient()
  const mayRetry = useHasRole('editor')
  const retry = useMutation({
    mutationFn: retryFailures,
    onSettled: () => client.invalidateQueries({ queryKey: ['status'] }),
  })
  if (failed === 0 && !isOpen) return null
  const failures = data?.failures ?? []
  const more = (data?.total ?? 0) - failures.length
  return (
    <>
      <IconButton label={messages.status.failures(failed)} onClick={() => setOpen(true)}>
        <TriangleAlert className="text-danger" />
      </IconButton>
      <Dialog title={messages.status.failuresTitle} isOpen={isOpen} onClose={() => setOpen(false)}>
        <div className="flex flex-wrap items-center gap-x-4 gap-y-2 px-5 pb-3">
          <p className="flex-1 text-sm text-muted">{messages.status.failuresHint}</p>
          {mayRetry && (
            <button
              type="button"
              disabled={retry.isPending}
              onClick={() => retry.mutate()}
              className="flex h-10 items-center gap-2 rounded-lg border border-line px-3 hover:bg-raised disabled:opacity-50"
            >
              <RotateCw className="size-4" />
              {retry.isPending ? messages.status.retrying : messages.status.retryFailures}
            </button>
          )}
        </div>
        {retry.error && <p className="px-5 pb-3 text-danger">{retry.error.message}</p>}
        <ul className="m-0 list-none space-y-3 px-5 pb-5">
          {failures.map(({ path, reason }) => (
            <li key={path}>
              <p className="break-all">{path}</p>
              <p className="text-sm text-muted">{reason}</p>
            </li>
          ))}
          {more > 0 && <li className="text-sm text-muted">{messages.status.failuresMore(more)}</li>}
        </ul>
      </Dialog>
    </>
  )
}
