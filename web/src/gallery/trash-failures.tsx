import { messages } from '../messages/messages.ts'
import type { Trash } from './use-trash.ts'

const MAX_SHOWN = 20

/** Names the pictures that could not be moved to the trash or back, and why. */
export function TrashFailures({ trash: { failures, dismissFailures } }: { trash: Trash }) {
  return (
    // Always in the document: screen readers do not read out a region that appears together with its text.
    <div
      role="status"
      className={
        failures.length > 0
          ? 'pointer-events-auto flex w-fit max-w-full animate-rise items-start gap-4 rounded-card bg-bar px-4 py-2 text-on-bar shadow-pop forced-colors:border'
          : 'sr-only'
      }
    >
      {failures.length > 0 && (
        <>
          <ul className="m-0 max-h-40 min-w-0 list-none overflow-y-auto p-0 text-13 text-bar-danger [overflow-wrap:anywhere]">
            {failures.slice(0, MAX_SHOWN).map((failure) => (
              <li key={failure}>{failure}</li>
            ))}
            {failures.length > MAX_SHOWN && <li>{messages.trash.further(failures.length - MAX_SHOWN)}</li>}
          </ul>
          <button
            type="button"
            onClick={dismissFailures}
            className="h-10 shrink-0 rounded-control px-2.5 font-semibold text-bar-action hover:bg-bar-hover"
          >
            {messages.app.close}
          </button>
        </>
      )}
    </div>
  )
}
