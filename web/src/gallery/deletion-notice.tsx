import { messages } from '../messages/messages.ts'
import type { Deletion } from './use-deletion.ts'

const BUTTON = 'h-9 shrink-0 rounded-lg border border-line px-3 text-sm hover:bg-raised'

const MAX_SHOWN = 20

/** Says what is about to be deleted while it can be taken back, and what could not be. */
export function DeletionNotice({ deletion }: { deletion: Deletion }) {
  const { waiting, failures, undo, deleteNow, dismissFailures } = deletion
  const isShown = waiting.size > 0 || failures.length > 0
  return (
    // It is always there: what comes together with its text is not read out everywhere.
    <div
      role="status"
      className={
        isShown
          ? 'pointer-events-auto w-fit max-w-full space-y-2 rounded-2xl border border-line bg-surface px-4 py-2 shadow-lg'
          : 'sr-only'
      }
    >
      {waiting.size > 0 && (
        <p className="flex flex-wrap items-center gap-x-4 gap-y-1">
          <span className="min-w-0 text-sm [overflow-wrap:anywhere]">
            {messages.deletion.waiting(waiting.size, [...waiting.values()][0]!.user_visible_name)}
          </span>
          <button type="button" className={BUTTON} onClick={undo}>
            {messages.deletion.undo}
          </button>
          <button type="button" className={BUTTON} onClick={deleteNow}>
            {messages.deletion.now}
          </button>
        </p>
      )}
      {failures.length > 0 && (
        <div className="flex items-start gap-4">
          <ul className="m-0 max-h-40 min-w-0 list-none overflow-y-auto p-0 text-sm text-danger [overflow-wrap:anywhere]">
            {failures.slice(0, MAX_SHOWN).map((failure) => (
              <li key={failure}>{failure}</li>
            ))}
            {failures.length > MAX_SHOWN && <li>{messages.deletion.further(failures.length - MAX_SHOWN)}</li>}
          </ul>
          <button type="button" className={BUTTON} onClick={dismissFailures}>
            {messages.deletion.dismiss}
          </button>
        </div>
      )}
    </div>
  )
}
