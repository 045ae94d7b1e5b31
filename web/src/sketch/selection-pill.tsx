import { Copy, FlipHorizontal2, Trash2 } from 'lucide-react'
import { IconButton } from '../components/icon-button.tsx'
import { Pill } from '../components/pill.tsx'
import { messages } from '../messages/messages.ts'
import { boundsOf } from './frame.ts'
import type { Sheet } from './use-sheet.ts'
import { toScreen } from './view.ts'

interface SelectionPillProps {
  count: number
  mirror: () => void
  duplicate: () => void
  remove: () => void
}

/** Room for the pill at the lower end above the tools, and at the upper end with the handle that turns, in CSS pixels. */
const ROOM = { phone: { below: 60, above: 115 }, side: { below: 140, above: 165 } }

/** Whether the selection lies where the pill is usually shown, and leaves room for it at the upper end. */
function reachesTools({ selection, view, surfaceRef, coverRef }: Sheet, layout: keyof typeof ROOM): boolean {
  const box = boundsOf(selection)
  if (box === undefined) return false
  const height = (surfaceRef.current?.clientHeight ?? 0) - (coverRef.current?.clientHeight ?? 0)
  const [, top] = toScreen(view, [box.left, box.top])
  const [, bottom] = toScreen(view, [box.right, box.bottom])
  const { below, above } = ROOM[layout]
  return bottom > height - below && top > above
}

type Commands = Omit<SelectionPillProps, 'count'>

/** Returns the pill of a selection for the place above the tools, or for the upper end if the selection reaches the tools. */
export function placedSelectionPill(sheet: Sheet, layout: keyof typeof ROOM | 'stacked', commands: Commands) {
  const { size } = sheet.selection
  if (size === 0) return {}
  const pill = <SelectionPill count={size} {...commands} />
  if (layout === 'stacked' || !reachesTools(sheet, layout)) return { below: pill }
  return {
    above: (
      <div className={`absolute inset-x-0 mx-auto w-max ${layout === 'phone' ? 'top-3' : 'top-18'}`}>
        {pill}
      </div>
    ),
  }
}

/** Actions on the selected strokes. */
function SelectionPill({ count, mirror, duplicate, remove }: SelectionPillProps) {
  return (
    <Pill label={messages.sheet.selection} isSmall>
      <span role="status" className="px-2.5 text-13 text-ink-2 whitespace-nowrap">
        {messages.sheet.selected(count)}
      </span>
      <IconButton label={messages.sheet.mirror} keys="H" onClick={mirror}>
        <FlipHorizontal2 />
      </IconButton>
      <IconButton label={messages.sheet.duplicate} keys="Ctrl D" onClick={duplicate}>
        <Copy />
      </IconButton>
      <IconButton label={messages.sheet.delete} keys="Delete" onClick={remove}>
        <Trash2 />
      </IconButton>
    </Pill>
  )
}
