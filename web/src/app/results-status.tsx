import { ArrowUp } from 'lucide-react'
import { useEffect, useState } from 'react'
import { Button } from '../components/button.tsx'
import { Notice } from '../components/notice.tsx'
import { messages } from '../messages/messages.ts'
import { Retry } from './list-problem.tsx'
import type { Page } from './use-page.ts'

/** The result is read out once nothing has changed for this long. */
const QUIET_MS = 600

/** Reads out how many pictures there are, and offers changes that were held back to keep the place. */
export function ResultsStatus({ page }: { page: Page }) {
  const { lists, search, sheet, picture } = page
  const { gallery, query } = messages
  const { list, closeCount, events, isCurrent, selection, showNewer } = lists
  const hasFailed = list.error !== null && list.count === 0
  const text = hasFailed
    ? '' // The reason, in place of the pictures, is read out.
    : !isCurrent
      ? gallery.searching
      : !search.hasResults
        ? gallery.pictures(list.count)
        : closeCount === undefined
          ? gallery.matches(list.count)
          : gallery.closeCount(closeCount)
  return (
    <>
      <p className="sr-only" data-testid="count">
        {text}
      </p>
      <Announcement text={text} />
      {list.error !== null && list.count > 0 && (
        <Notice title={gallery.stale} actions={<Retry page={page} error={list.error} />}>
          {list.error.message}
        </Notice>
      )}
      {sheet.problem !== undefined && <Notice isDanger title={sheet.problem} />}
      {selection.problem !== undefined && <Notice isDanger title={selection.problem} />}
      {picture.share !== undefined && <Notice isQuiet>{query.sending(picture.share)}</Notice>}
      <p role="status" className="sr-only">
        {events.pendingChanges !== undefined && gallery.changed}
      </p>
      {/* Over the list, which stays where it is. */}
      <div className="relative z-10 flex h-0 justify-center gap-2">
        {showNewer !== undefined && <NewerButton onClick={showNewer}>{gallery.showNew}</NewerButton>}
        {events.pendingChanges !== undefined && (
          <NewerButton onClick={events.showChanges}>{gallery.showChanges}</NewerButton>
        )}
      </div>
    </>
  )
}

function NewerButton(props: { onClick: () => void; children: string }) {
  return (
    <Button
      size="small"
      icon={<ArrowUp />}
      {...props}
      className="translate-y-2 self-start rounded-full shadow-rest"
    />
  )
}

function Announcement({ text }: { text: string }) {
  const [announced, setAnnounced] = useState('')
  useEffect(() => {
    const timer = setTimeout(() => setAnnounced(text), QUIET_MS)
    return () => clearTimeout(timer)
  }, [text])
  return (
    <p role="status" className="sr-only">
      {announced}
    </p>
  )
}
