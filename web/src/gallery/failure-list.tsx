import { messages } from '../messages/messages.ts'

const MAX_SHOWN = 20

interface FailureListProps {
  /** A sentence for each picture. */
  failures: readonly string[]
  onClose: () => void
}

/** The first failures, with a button that removes them. */
export default function FailureList({ failures, onClose }: FailureListProps) {
  return (
    <div className="pointer-events-auto flex w-fit max-w-full animate-rise items-start gap-4 rounded-card bg-bar px-4 py-2 text-on-bar shadow-pop forced-colors:border">
      <ul className="m-0 max-h-40 min-w-0 list-none overflow-y-auto p-0 text-13 text-bar-danger [overflow-wrap:anywhere]">
        {failures.slice(0, MAX_SHOWN).map((failure) => (
          <li key={failure}>{failure}</li>
        ))}
        {failures.length > MAX_SHOWN && <li>{messages.trash.further(failures.length - MAX_SHOWN)}</li>}
      </ul>
      <button
        type="button"
        onClick={onClose}
        className="h-10 shrink-0 rounded-control px-2.5 font-semibold text-bar-action hover:bg-bar-hover"
      >
        {messages.app.close}
      </button>
    </div>
  )
}
