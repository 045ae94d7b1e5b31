import type { IndexProgress } from '../api/events.ts'
import { messages } from '../messages.ts'

/** How far indexing is; nothing when there is nothing to do. */
export function IndexProgressBar({
  progress,
  isOffline,
}: {
  progress: IndexProgress | undefined
  isOffline: boolean
}) {
  if (isOffline) {
    return (
      <p role="status" className="truncate text-sm text-danger">
        {messages.status.offline}
      </p>
    )
  }
  if (progress === undefined || progress.pending === 0) return null
  const done = progress.indexed + progress.failed
  const all = done + progress.pending
  return (
    <div className="flex min-w-0 items-center gap-3 text-sm text-muted">
      <progress
        max={all}
        value={done}
        aria-label={messages.status.indexing(done, all)}
        className="h-1.5 w-20 shrink-0 overflow-hidden rounded-full accent-accent sm:w-32"
      />
      <span className="hidden truncate tabular-nums sm:inline">{messages.status.indexing(done, all)}</span>
      {progress.rate_per_s > 0 && (
        <span className="hidden truncate tabular-nums lg:inline">
          {messages.status.rate(progress.rate_per_s)}, {messages.status.left(progress.eta_s)}
        </span>
      )}
    </div>
  )
}
