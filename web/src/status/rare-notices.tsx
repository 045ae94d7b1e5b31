import { Calendar, HardDrive, TriangleAlert } from 'lucide-react'
import { useState } from 'react'
import type { IndexStatus } from '../api/client.ts'
import type { ServerEvents } from '../api/events.ts'
import { Button } from '../components/button.tsx'
import { Notice } from '../components/notice.tsx'
import { ProgressRing } from '../components/progress-ring.tsx'
import { getStored, setStored } from '../components/stored.ts'
import { messages } from '../messages/messages.ts'
import { viewMessages } from '../messages/view-messages.ts'
import { AbsenceNotice } from './absence-notice.tsx'

/** Reports why the page is incomplete: the most severe cause. */
export function SevereNotice({ status }: { status: IndexStatus }) {
  const { notices: words } = viewMessages
  if (status.storage_problem !== null)
    return (
      <Notice icon={<HardDrive />} isDanger title={words.storageTitle}>
        {words.storage[status.storage_problem]}
      </Notice>
    )
  if (status.problem !== null)
    return (
      <Notice icon={<HardDrive />} isDanger title={words.problemTitle}>
        {words.problem}
      </Notice>
    )
  if (status.absence !== null) return <AbsenceNotice absence={status.absence} />
  if (status.embedder_state === 'not_working')
    return (
      <Notice icon={<TriangleAlert />} isDanger>
        {words.notWorking(status.embedder)}
      </Notice>
    )
  if (status.previous_embedder === null) return null
  const { embedder, indexed, to_embed, search_embedder } = status
  const describe = search_embedder === embedder ? words.embedderChanged : words.embedderReplaced
  return <Notice>{describe(embedder, indexed, indexed + to_embed)}</Notice>
}

/** Asks an admin to start a process that watches. */
export function UnwatchedNotice() {
  return (
    <Notice icon={<TriangleAlert />} isDanger>
      {viewMessages.notices.unwatched}
    </Notice>
  )
}

interface QuietNoticeProps {
  status: IndexStatus
  mayEdit: boolean
}

/** Explains a lasting state, until it is read or over: the first that applies. */
export function QuietNotice({ status, mayEdit }: QuietNoticeProps) {
  const { polling_reason: reason, read_only: folders, metadata_pending: pending } = status
  const [isRead, setRead] = useReadNotices()
  const readOnly = folders.join('\n')
  const users = String(status.ignored_users)
  if (status.ignored_users > 0 && !isRead(IGNORED_USERS_KEY, users))
    return (
      <IgnoredUsersNotice count={status.ignored_users} onRead={() => setRead(IGNORED_USERS_KEY, users)} />
    )
  if (pending > 0 && !isRead(PENDING_KEY))
    return <MetadataNotice pending={pending} onRead={() => setRead(PENDING_KEY)} />
  if (reason !== null && !isRead(POLLING_KEY, reason))
    return <PollingNotice reason={reason} onRead={() => setRead(POLLING_KEY, reason)} />
  if (readOnly !== '' && mayEdit && !isRead(READ_ONLY_KEY, readOnly))
    return <ReadOnlyNotice status={status} onRead={() => setRead(READ_ONLY_KEY, readOnly)} />
  return null
}

const IGNORED_USERS_KEY = 'ignored-users-read'
const POLLING_KEY = 'polling-reason-read'
const READ_ONLY_KEY = 'read-only-read'
/** Lasts until the page is loaded again. */
const PENDING_KEY = 'pending'

/** Values of notices that were read, also where the browser stores nothing. Other notices take the place of these for a while. */
const read: Record<string, string | undefined> = {}

/** Notices that the user has read; the browser stores those with a value. */
function useReadNotices() {
  const [, setCount] = useState(0)
  const isRead = (key: string, value?: string) =>
    key in read ? read[key] === value : value !== undefined && getStored(key) === value
  const setRead = (key: string, value?: string) => {
    read[key] = value
    if (value !== undefined) setStored(key, value)
    setCount((old) => old + 1)
  }
  return [isRead, setRead] as const
}

function UnderstoodButton({ onRead }: { onRead: () => void }) {
  return (
    <Button size="small" onClick={onRead}>
      {viewMessages.notices.understood}
    </Button>
  )
}

/** Warns that sign-in was lost, as by a move to another database. */
function IgnoredUsersNotice({ count, onRead }: { count: number; onRead: () => void }) {
  return (
    <Notice icon={<TriangleAlert />} isDanger actions={<UnderstoodButton onRead={onRead} />}>
      {viewMessages.notices.ignoredUsers(count)}
    </Notice>
  )
}

/** Explains beforehand that nothing can be added or deleted. */
function ReadOnlyNotice({ status, onRead }: { status: IndexStatus; onRead: () => void }) {
  const { notices: words } = viewMessages
  const names = status.read_only.map((folder) => (folder === '.' ? words.wholeFolder : folder))
  return (
    <Notice icon={<HardDrive />} actions={<UnderstoodButton onRead={onRead} />}>
      {status.is_read_only ? words.readOnly : words.readOnlyFolders(names)}
    </Notice>
  )
}

/** Explains why dates, cameras and captions are missing after an upgrade. Files on an absent drive have yet to be read for as long. */
function MetadataNotice({ pending, onRead }: { pending: number; onRead: () => void }) {
  return (
    <Notice isQuiet icon={<Calendar />} actions={<UnderstoodButton onRead={onRead} />}>
      {viewMessages.notices.metadata(pending)}
    </Notice>
  )
}

/** Explains once why changes take a while to appear, with the remedy. */
function PollingNotice({ reason, onRead }: { reason: string; onRead: () => void }) {
  return (
    <Notice actions={<UnderstoodButton onRead={onRead} />}>
      {viewMessages.notices.polling}{' '}
      <details className="inline-block align-top">
        <summary className="underline">{viewMessages.notices.why}</summary>
        {reason}
      </details>
    </Notice>
  )
}

interface IndexingNoticeProps {
  /** Opens the account of all files. */
  onAccount: () => void
  progress: NonNullable<ServerEvents['progress']>
}

export function IndexingNotice({ progress, onAccount }: IndexingNoticeProps) {
  const done = progress.indexed + progress.failed
  const all = done + progress.pending
  const title = messages.status.indexing(done, all)
  return (
    <Notice
      isQuiet
      icon={<ProgressRing label={title} share={done / Math.max(1, all)} />}
      title={title}
      actions={
        <Button size="small" onClick={onAccount}>
          {messages.app.filesOfFolder}
        </Button>
      }
    >
      {progress.rate_per_s > 0 && messages.status.minutesLeft(progress.eta_s)}
    </Notice>
  )
}
