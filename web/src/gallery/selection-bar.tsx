import { ThumbsDown, ThumbsUp, Trash2, X } from 'lucide-react'
import { IconButton } from '../components/icon-button.tsx'
import { messages } from '../messages/messages.ts'

interface SelectionBarProps {
  count: number
  onAddTerms: (isWanted: boolean) => void
  /** undefined for whoever may not. */
  onDelete: (() => void) | undefined
  onClear: () => void
}

/** What can be done with the images that are selected. */
export function SelectionBar({ count, onAddTerms, onDelete, onClear }: SelectionBarProps) {
  if (count === 0) return null
  return (
    <section
      aria-label={messages.selection.count(count)}
      className="pointer-events-auto flex w-fit max-w-full items-center gap-1 rounded-2xl border border-line bg-surface py-1 pr-1 pl-4 shadow-lg"
    >
      <p role="status" className="pr-2 text-sm tabular-nums">
        {messages.selection.count(count)}
      </p>
      <IconButton label={messages.selection.more} onClick={() => onAddTerms(true)}>
        <ThumbsUp />
      </IconButton>
      <IconButton label={messages.selection.less} onClick={() => onAddTerms(false)}>
        <ThumbsDown />
      </IconButton>
      {onDelete && (
        <IconButton label={messages.selection.delete} onClick={onDelete}>
          <Trash2 className="text-danger" />
        </IconButton>
      )}
      <IconButton label={messages.selection.clear} onClick={onClear}>
        <X />
      </IconButton>
    </section>
  )
}
