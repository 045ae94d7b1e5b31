import { messages } from '../messages/messages.ts'
import type { Deletion } from './use-deletion.ts'

const MAX_SHOWN = 20

/** Shows what will be deleted while that can be undone, and what could not be deleted. */
export function DeletionNotice({ deletion }: { deletion: Deletion }) {
  const { waiting, failures, undo, deleteNow, dismissFailures } = deletion
  const isShown = waiting.size > 0 || failures.length > 0
  return (
    // Always in the document: screen readers do not read out a region that appears together with its text.
    <div
      role="status"
      className={
        isShown
          ? 'pointer-events-auto w-fit max-w-full animate-rise space-y-2 rounded-card bg-bar px-4 py-1 text-on-bar shadow-pop forced-colors:border'
          : 'sr-only'
      }
    >
      {waiting.size > 0 && (
        <p className="flex flex-wrap items-center gap-x-4 gap-y-1">
          <span className="min-w-0 [overflow-wrap:anywhere]">{messages.deletion.waiting(waiting.size)}</span>
          <span className="flex gap-1">
            <BarAction onClick={undo}>{messages.deletion.undo}</BarAction>
            <BarAction onClick={() => void deleteNow()}>{messages.deletion.now}</BarAction>
          </span>
        </p>
      )}
      {failures.length > 0 && (
        <div className="flex items-start gap-4">
          <ul className="m-0 max-h-40 min-w-0 list-none overflow-y-auto p-0 text-13 text-bar-danger [overflow-wrap:anywhere]">
            {failures.slice(0, MAX_SHOWN).map((failure) => (
              <li key={failure}>{failure}</li>
            ))}
            {failures.length > MAX_SHOWN && <li>{messages.deletion.further(failures.length - MAX_SHOWN)}</li>}
          </ul>
          <BarAction onClick={dismissFailures}>{messages.app.close}</BarAction>
        </div>
      )}
    </div>
  )
}

function BarAction({ onClick, children }: { onClick: () => void; children: string }) {
  return (
    <button
      type="button"
      onClick={onClick}
      className="h-10 shrink-0 rounded-control px-2.5 font-semibold text-bar-action hover:bg-bar-hover"
    >
      {children}
    </button>
  )
}
