import { Copy, FlipHorizontal2, Trash2 } from 'lucide-react'
import { IconButton } from '../components/icon-button.tsx'
import { Pill } from '../components/pill.tsx'
import { messages } from '../messages/messages.ts'

export interface SelectionActionsProps {
  count: number
  mirror: () => void
  duplicate: () => void
  remove: () => void
}

/** Actions on the selected strokes. */
export default function SelectionActions({ count, mirror, duplicate, remove }: SelectionActionsProps) {
  return (
    <Pill label={messages.sheet.selection} isSmall>
      <span className="px-2.5 text-13 text-ink-2 whitespace-nowrap">{messages.sheet.selected(count)}</span>
      <IconButton label={messages.sheet.mirror} keys="H" onClick={mirror}>
        <FlipHorizontal2 />
      </IconButton>
      <IconButton label={messages.sheet.duplicate} keys={messages.shortcuts.duplicate} onClick={duplicate}>
        <Copy />
      </IconButton>
      <IconButton label={messages.sheet.delete} keys={messages.shortcuts.delete} onClick={remove}>
        <Trash2 />
      </IconButton>
    </Pill>
  )
}
