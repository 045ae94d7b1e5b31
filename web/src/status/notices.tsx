import { useQuery } from '@tanstack/react-query'
import { WifiOff } from 'lucide-react'
import { useEffect, useState } from 'react'
import { getIndexStatus, type IndexStatus } from '../api/client.ts'
import type { ServerEvents } from '../api/events.ts'
import { Button } from '../components/button.tsx'
import { lazyPart } from '../components/lazy-part.tsx'
import { Notice } from '../components/notice.tsx'
import { messages } from '../messages/messages.ts'
import { useHasRole } from '../state/role.ts'
import { AccountDialog } from './account-dialog.tsx'

const SevereNotice = lazyPart(async () => ({ default: (await import('./rare-notices.tsx')).SevereNotice }))
const UnwatchedNotice = lazyPart(async () => ({
  default: (await import('./rare-notices.tsx')).UnwatchedNotice,
}))
const IndexingNotice = lazyPart(async () => ({
  default: (await import('./rare-notices.tsx')).IndexingNotice,
}))
const QuietNotice = lazyPart(async () => ({ default: (await import('./rare-notices.tsx')).QuietNotice }))

const REFRESH_MS = 10_000

/** Reports that the page is incomplete or outdated: one notice at a time, the most severe first. */
export function Notices({ events }: { events: ServerEvents }) {
  const [isAccountOpen, setAccountOpen] = useState(false)
  return (
    <>
      <FirstNotice events={events} onAccount={() => setAccountOpen(true)} />
      <AccountDialog isOpen={isAccountOpen} onClose={() => setAccountOpen(false)} />
    </>
  )
}

interface FirstNoticeProps {
  events: ServerEvents
  /** Opens the account of all files, which stays open when the notice ends. */
  onAccount: () => void
}

function FirstNotice({ events, onAccount }: FirstNoticeProps) {
  const { data: status } = useQuery({
    queryKey: ['status'],
    queryFn: ({ signal }) => getIndexStatus(signal),
    refetchInterval: REFRESH_MS,
  })
  const mayEdit = useHasRole('editor')
  const isAdmin = useHasRole('admin')
  if (events.offline !== undefined)
    return <OfflineNotice retryAt={events.offline.retryAt} onRetry={events.reconnect} />
  if (status === undefined) return null
  if (isSevere(status)) return <SevereNotice status={status} />
  if (status.unwatched && isAdmin) return <UnwatchedNotice />
  const { progress } = events
  if (progress !== undefined && progress.pending > 0)
    return <IndexingNotice progress={progress} onAccount={onAccount} />
  const { polling_reason: reason, read_only: folders, metadata_pending: pending } = status
  if (reason === null && pending === 0 && folders.length === 0 && status.ignored_users === 0) return null
  return <QuietNotice status={status} mayEdit={mayEdit} />
}

function isSevere(status: IndexStatus): boolean {
  const { storage_problem, problem, absence, embedder_state, previous_embedder } = status
  const isWorking = embedder_state !== 'not_working' && previous_embedder === null
  return storage_problem !== null || problem !== null || absence !== null || !isWorking
}

function OfflineNotice({ retryAt, onRetry }: { retryAt: number; onRetry: () => void }) {
  const [now, setNow] = useState(Date.now)
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000)
    return () => clearInterval(timer)
  }, [])
  const seconds = Math.ceil((retryAt - now) / 1000)
  return (
    <Notice
      icon={<WifiOff />}
      isDanger
      title={messages.status.offlineTitle}
      actions={
        <Button size="small" onClick={onRetry}>
          {messages.status.tryNow}
        </Button>
      }
    >
      {/* A screen reader would read out every second. */}
      <span aria-hidden="true">
        {seconds > 0 ? messages.status.offline(seconds) : messages.status.offlineNow}
      </span>
    </Notice>
  )
}
