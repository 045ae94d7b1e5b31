import { useQuery } from '@tanstack/react-query'
import { HardDrive, TriangleAlert, WifiOff } from 'lucide-react'
import { useEffect, useState } from 'react'
import { getIndexStatus } from '../api/client.ts'
import type { ServerEvents } from '../api/events.ts'
import { Button } from '../components/button.tsx'
import { lazyPart } from '../components/lazy-part.tsx'
import { Notice } from '../components/notice.tsx'
import { ProgressRing } from '../components/progress-ring.tsx'
import { getStored, setStored } from '../components/stored.ts'
import { messages } from '../messages/messages.ts'
import { useHasRole } from '../state/role.ts'
import { AccountDialog } from './account-dialog.tsx'

const AbsenceNotice = lazyPart(async () => ({
  default: (await import('./absence-notice.tsx')).AbsenceNotice,
}))

const REFRESH_MS = 10_000

/** Reports that the page is incomplete or outdated: one notice at a time, the most severe first. */
export function Notices({ events }: { events: ServerEvents }) {
  const { data: status } = useQuery({
    queryKey: ['status'],
    queryFn: ({ signal }) => getIndexStatus(signal),
    refetchInterval: REFRESH_MS,
  })
  const mayEdit = useHasRole('editor')
  const [readReason, setReadReason] = useState(() => getStored(READ_KEY))
  if (events.offline !== undefined)
    return <OfflineNotice retryAt={events.offline.retryAt} onRetry={events.reconnect} />
  if (status === undefined) return null
  if (status.storage_problem !== null)
    return (
      <Notice icon={<HardDrive />} isDanger title={messages.status.storageTitle}>
        {messages.status.storage[status.storage_problem]}
      </Notice>
    )
  if (status.problem !== null)
    return (
      <Notice icon={<HardDrive />} isDanger title={messages.status.problemTitle}>
        {messages.status.problem}
      </Notice>
    )
  if (status.absence) return <AbsenceNotice absence={status.absence} />
  if (status.embedder_state === 'not_working')
    return (
      <Notice icon={<TriangleAlert />} isDanger>
        {messages.status.notWorking(status.embedder)}
      </Notice>
    )
  if (status.previous_embedder !== null) {
    const { embedder, indexed, to_embed, search_embedder } = status
    const { embedderChanged, embedderReplaced } = messages.status
    const describe = search_embedder === embedder ? embedderChanged : embedderReplaced
    return <Notice>{describe(embedder, indexed, indexed + to_embed)}</Notice>
  }
  const { progress } = events
  if (progress !== undefined && progress.pending > 0) return <IndexingNotice progress={progress} />
  if (status.polling_reason !== null && status.polling_reason !== readReason)
    return <PollingNotice reason={status.polling_reason} onRead={setReadReason} />
  if (status.read_only.length > 0 && mayEdit && readReason !== READ_ONLY)
    return <ReadOnlyNotice folders={status.read_only} onRead={setReadReason} />
  return null
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

function IndexingNotice({ progress }: { progress: NonNullable<ServerEvents['progress']> }) {
  const done = progress.indexed + progress.failed
  const all = done + progress.pending
  const title = messages.status.indexing(done, all)
  const [isAccountOpen, setAccountOpen] = useState(false)
  return (
    <>
      <Notice
        icon={<ProgressRing label={title} share={done / Math.max(1, all)} />}
        title={title}
        actions={
          <Button size="small" onClick={() => setAccountOpen(true)}>
            {messages.app.filesOfFolder}
          </Button>
        }
      >
        {progress.rate_per_s > 0 && messages.status.minutesLeft(progress.eta_s)}
      </Notice>
      <AccountDialog isOpen={isAccountOpen} onClose={() => setAccountOpen(false)} />
    </>
  )
}

const READ_KEY = 'polling-reason-read'
/** Stands for the notice of a read-only gallery among the reasons that have been read. */
const READ_ONLY = 'read-only'

/** Explains beforehand that nothing can be added or deleted. */
function ReadOnlyNotice({ folders, onRead }: { folders: string[]; onRead: (reason: string) => void }) {
  const close = () => {
    setStored(READ_KEY, READ_ONLY)
    onRead(READ_ONLY)
  }
  return (
    <Notice
      icon={<HardDrive />}
      actions={
        <Button size="small" onClick={close}>
          {messages.status.understood}
        </Button>
      }
    >
      {folders.includes('.') ? messages.status.readOnly : messages.status.readOnlyFolders(folders)}
    </Notice>
  )
}

/** Explains once why changes take a while to appear, with the remedy. */
function PollingNotice({ reason, onRead }: { reason: string; onRead: (reason: string) => void }) {
  const close = () => {
    setStored(READ_KEY, reason)
    onRead(reason)
  }
  return (
    <Notice
      actions={
        <Button size="small" onClick={close}>
          {messages.status.understood}
        </Button>
      }
    >
      {messages.status.polling}{' '}
      <details className="inline-block align-top">
        <summary className="underline">{messages.status.why}</summary>
        {reason}
      </details>
    </Notice>
  )
}
