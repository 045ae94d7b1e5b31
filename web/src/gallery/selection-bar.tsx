import { CheckCheck, Minus, Plus, Trash2, X } from 'lucide-react'
import { BarButton } from '../components/bar-button.tsx'
import { IconButton } from '../components/icon-button.tsx'
import { messages } from '../messages/messages.ts'

interface SelectionBarProps {
  count: number
  /** Number of images in the list. */
  total: number
  onAddTerms: (isWanted: boolean) => void
  onSelectAll: () => void
  /** undefined for users who may not. */
  onDelete: (() => void) | undefined
  onClear: () => void
}

/** Takes the place of the results head while pictures are selected. */
export function SelectionBar({
  count,
  total,
  onAddTerms,
  onSelectAll,
  onDelete,
  onClear,
}: SelectionBarProps) {
  const { selection } = messages
  return (
    <section
      aria-label={selection.bar}
      className="@container flex h-14 shrink-0 items-center gap-1 overflow-x-auto bg-bar px-3 text-on-bar"
    >
      <IconButton
        label={selection.clear}
        keys="Esc"
        onClick={onClear}
        className="text-on-bar enabled:hover:bg-bar-hover enabled:hover:text-on-bar"
      >
        <X />
      </IconButton>
      <p role="status" className="pr-3 font-semibold whitespace-nowrap @max-md:pr-0">
        {selection.count(count)}
      </p>
      <BarButton label={selection.more} icon={<Plus />} onClick={() => onAddTerms(true)} />
      <BarButton label={selection.less} icon={<Minus />} onClick={() => onAddTerms(false)} />
      <span className="flex-1" />
      {count < total && (
        <BarButton label={selection.all(total)} icon={<CheckCheck />} onClick={onSelectAll} />
      )}
      {onDelete && <BarButton label={selection.trash} icon={<Trash2 />} onClick={onDelete} isDanger />}
    </section>
  )
}
