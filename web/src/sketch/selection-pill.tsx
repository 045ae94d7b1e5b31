import { lazyPart } from '../components/lazy-part.tsx'
import { boundsOf } from './frame.ts'
import type { SelectionActionsProps } from './selection-actions.tsx'
import type { Sheet } from './use-sheet.ts'
import { toScreen } from './view.ts'

const SelectionActions = lazyPart(() => import('./selection-actions.tsx'))

/** Room for the pill at the lower end above the tools, and at the upper end with the handle that turns, in CSS pixels. */
const ROOM = {
  phone: { below: 60, above: 115 },
  side: { below: 140, above: 165 },
  stacked: { below: 76, above: 165 },
}

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

type Commands = Omit<SelectionActionsProps, 'count'>

/**
 * Returns the pill of a selection for the place in a column with the tools, or for a place of its own: beside upright tools, and at the
 * upper end if the selection reaches the lower one.
 */
export function placedSelectionPill(sheet: Sheet, layout: keyof typeof ROOM, commands: Commands) {
  const { size } = sheet.selection
  if (size === 0) return {}
  const pill = <SelectionActions count={size} {...commands} />
  const isAtTop = reachesTools(sheet, layout)
  if (layout !== 'stacked' && !isAtTop) return { below: pill }
  const place = !isAtTop ? 'bottom-4' : layout === 'phone' ? 'top-3' : 'top-18'
  return {
    apart: <div className={`absolute inset-x-0 mx-auto w-max ${place}`}>{pill}</div>,
  }
}
