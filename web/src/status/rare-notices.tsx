import { HardDrive, TriangleAlert } from 'lucide-react'
import type { IndexStatus } from '../api/client.ts'
import { Button } from '../components/button.tsx'
import { Notice } from '../components/notice.tsx'
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

function UnderstoodButton({ onRead }: { onRead: () => void }) {
  return (
    <Button size="small" onClick={onRead}>
      {viewMessages.notices.understood}
    </Button>
  )
}

/** Explains beforehand that nothing can be added or deleted. */
export function ReadOnlyNotice({ folders, onRead }: { folders: string[]; onRead: () => void }) {
  return (
    <Notice icon={<HardDrive />} actions={<UnderstoodButton onRead={onRead} />}>
      {folders.includes('.') ? viewMessages.notices.readOnly : viewMessages.notices.readOnlyFolders(folders)}
    </Notice>
  )
}

/** Explains once why changes take a while to appear, with the remedy. */
export function PollingNotice({ reason, onRead }: { reason: string; onRead: () => void }) {
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
