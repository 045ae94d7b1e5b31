import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { RotateCw, TriangleAlert, X } from 'lucide-react'
import { useRef } from 'react'
import { getIndexStatus, listFailures, retryFailures } from '../api/client.ts'
import { messages } from '../messages.ts'
import { IconButton } from './icon-button.tsx'

/** Says that files could not be indexed and, when asked, which and why. */
export function Failures() {
  const dialogRef = useRef<HTMLDialogElement>(null)
  const { data: status } = useQuery({ queryKey: ['status'], queryFn: ({ signal }) => getIndexStatus(signal) })
  const failed = status?.failed ?? 0
  const { data } = useQuery({
    queryKey: ['status', 'failures', failed],
    queryFn: ({ signal }) => listFailures(signal),
    enabled: failed > 0,
  })
  const client = useQueryClient()
  const retry = useMutation({
    mutationFn: retryFailures,
    onSettled: () => client.invalidateQueries({ queryKey: ['status'] }),
  })
  if (failed === 0) return null
  const failures = data?.failures ?? []
  const more = (data?.total ?? 0) - failures.length
  return (
    <>
      <IconButton label={messages.status.failures(failed)} onClick={() => dialogRef.current?.showModal()}>
        <TriangleAlert className="text-danger" />
      </IconButton>
      <dialog
        ref={dialogRef}
        aria-label={messages.status.failuresTitle}
        className="m-auto max-h-[80dvh] w-[min(92vw,44rem)] rounded-2xl border border-line bg-surface p-0 backdrop:bg-black/50"
      >
        <header className="sticky top-0 flex items-center justify-between bg-surface px-5 py-3">
          <h2 className="font-medium">{messages.status.failuresTitle}</h2>
          <IconButton label={messages.viewer.close} onClick={() => dialogRef.current?.close()}>
            <X />
          </IconButton>
        </header>
        <div className="flex flex-wrap items-center gap-x-4 gap-y-2 px-5 pb-3">
          <p className="flex-1 text-sm text-muted">{messages.status.failuresHint}</p>
          <button
            type="button"
            disabled={retry.isPending}
            onClick={() => retry.mutate()}
            className="flex h-10 items-center gap-2 rounded-lg border border-line px-3 hover:bg-raised disabled:opacity-50"
          >
            <RotateCw className="size-4" />
            {retry.isPending ? messages.status.retrying : messages.status.retryFailures}
          </button>
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
      </dialog>
    </>
  )
}
