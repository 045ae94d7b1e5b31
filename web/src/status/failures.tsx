import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { ListChecks, RotateCw, TriangleAlert } from 'lucide-react'
import { useState } from 'react'
import { getIndexStatus, listFailures, retryFailures } from '../api/client.ts'
import { Button } from '../components/button.tsx'
import { Dialog } from '../components/dialog.tsx'
import { IconButton } from '../components/icon-button.tsx'
import { messages } from '../messages/messages.ts'
import { useHasRole } from '../state/role.ts'
import { AccountDialog } from './account-dialog.tsx'

/** Shows that files could not be indexed, and in a dialog which and why. */
export function Failures() {
  const [isOpen, setOpen] = useState(false)
  const [isAccountOpen, setAccountOpen] = useState(false)
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
  if (failed === 0 && !isOpen && !isAccountOpen) return null
  const failures = data?.failures ?? []
  const more = (data?.total ?? 0) - failures.length
  return (
    <>
      <IconButton label={messages.status.failures(failed)} onClick={() => setOpen(true)}>
        <TriangleAlert className="text-danger" />
      </IconButton>
      <Dialog title={messages.status.failuresTitle} isOpen={isOpen} onClose={() => setOpen(false)}>
        <div className="flex flex-wrap items-center gap-x-4 gap-y-2 pb-3">
          <p className="flex-1 text-ink-2">{messages.status.failuresHint}</p>
          <Button
            icon={<ListChecks />}
            onClick={() => {
              setOpen(false)
              setAccountOpen(true)
            }}
          >
            {messages.files.title}
          </Button>
          {mayRetry && (
            <Button icon={<RotateCw />} isBusy={retry.isPending} onClick={() => retry.mutate()}>
              {messages.status.retryFailures}
            </Button>
          )}
        </div>
        {retry.error && <p className="pb-3 text-danger">{retry.error.message}</p>}
        <ul className="m-0 list-none space-y-3 p-0">
          {failures.map(({ path, reason }) => (
            <li key={path}>
              <p className="break-all">{path}</p>
              <p className="text-13 text-ink-2">{reason}</p>
            </li>
          ))}
          {more > 0 && <li className="text-13 text-ink-2">{messages.status.failuresMore(more)}</li>}
        </ul>
      </Dialog>
      <AccountDialog isOpen={isAccountOpen} onClose={() => setAccountOpen(false)} />
    </>
  )
}
