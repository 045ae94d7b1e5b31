import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { ListChecks, RotateCw } from 'lucide-react'
import { listFailures, retryFailures } from '../api/client.ts'
import { Button } from '../components/button.tsx'
import { Dialog } from '../components/dialog.tsx'
import { messages } from '../messages/messages.ts'
import { viewMessages } from '../messages/view-messages.ts'
import { useHasRole } from '../state/role.ts'

interface FailuresDialogProps {
  failed: number
  /** Opens the account of all files. */
  onAccount: () => void
  onClose: () => void
}

/** The files that could not be indexed, each with its reason. */
export function FailuresDialog({ failed, onAccount, onClose }: FailuresDialogProps) {
  const { data, error } = useQuery({
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
  const failures = data?.failures ?? []
  const more = (data?.total ?? 0) - failures.length
  return (
    <Dialog title={viewMessages.notices.failuresTitle} isOpen onClose={onClose}>
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2 pb-3">
        <p className="flex-1 text-ink-2">{viewMessages.notices.failuresHint}</p>
        <Button icon={<ListChecks />} onClick={onAccount}>
          {messages.app.filesOfFolder}
        </Button>
        {mayRetry && (
          <Button icon={<RotateCw />} isBusy={retry.isPending} onClick={() => retry.mutate()}>
            {viewMessages.notices.retryFailures}
          </Button>
        )}
      </div>
      {error && <p className="pb-3 text-danger">{error.message}</p>}
      {retry.error && <p className="pb-3 text-danger">{retry.error.message}</p>}
      <ul className="m-0 list-none space-y-3 p-0">
        {failures.map(({ path, reason }) => (
          <li key={path}>
            <p className="break-all">{path}</p>
            <p className="text-13 text-ink-2">{reason}</p>
          </li>
        ))}
        {more > 0 && <li className="text-13 text-ink-2">{viewMessages.notices.failuresMore(more)}</li>}
      </ul>
    </Dialog>
  )
}
