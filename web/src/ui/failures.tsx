import { useQuery } from '@tanstack/react-query'
import { TriangleAlert, X } from 'lucide-react'
import { useRef } from 'react'
import { getIndexStatus, listFailures } from '../api/client.ts'
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
  if (failed === 0) return null
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
        <ul className="m-0 list-none space-y-3 px-5 pb-5">
          {data?.failures.map(({ path, reason }) => (
            <li key={path}>
              <p className="break-all">{path}</p>
              <p className="text-sm text-muted">{reason}</p>
            </li>
          ))}
        </ul>
      </dialog>
    </>
  )
}
