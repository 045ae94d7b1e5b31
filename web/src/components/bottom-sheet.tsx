import { type PointerEvent, type ReactNode, useRef, useState } from 'react'
import { messages } from '../messages/messages.ts'

/** Heights of the sheet as shares of the window. */
export const DETENTS = [0.23, 0.51, 0.92] as const
export type Detent = 0 | 1 | 2

interface BottomSheetProps {
  label: string
  detent: Detent
  onDetent: (detent: Detent) => void
  /** Called when it gets the focus or is pressed. */
  onUse?: () => void
  /** Names of the grabber. */
  labels?: { more: string; fewer: string }
  /** Whether it contains the results, and with them the main part of the page. */
  isMain?: boolean
  /** The part beside the grabber that can be dragged, too. */
  head: ReactNode
  children: ReactNode
}

/** A shorter drag counts as a press, in CSS pixels. */
const MAX_PRESS_PX = 6
/** A flick is faster than this, in pixels a millisecond. */
const MIN_FLICK_SPEED = 0.5

/** Covers the lower part of the page at one of three heights. The part behind it stays usable. */
export function BottomSheet({
  label,
  detent,
  onDetent,
  onUse,
  labels = { more: messages.app.moreResults, fewer: messages.app.fewerResults },
  isMain = true,
  head,
  children,
}: BottomSheetProps) {
  const Part = isMain ? 'main' : 'aside'
  const { share, isDragged, ...handlers } = useDetentDrag(detent, onDetent)
  return (
    <div
      style={{ height: `calc(${share * 100}dvh)` }}
      className={`fixed inset-x-0 bottom-0 z-20 flex flex-col rounded-t-sheet px-[env(safe-area-inset-left)] bg-page shadow-pop forced-colors:border ${isDragged ? '' : 'transition-[height] duration-pane ease-out-soft'}`}
    >
      <Part
        data-pane=""
        id={isMain ? 'results' : undefined}
        tabIndex={-1}
        onPointerDownCapture={onUse}
        onFocusCapture={onUse}
        aria-label={label}
        className="flex min-h-0 flex-1 flex-col outline-none"
      >
        <div {...handlers} className="shrink-0 touch-none">
          <button
            type="button"
            data-grabber
            aria-label={detent === 2 ? labels.fewer : labels.more}
            aria-expanded={detent > 0}
            onClick={() => onDetent(detent === 2 ? 0 : ((detent + 1) as Detent))}
            className="relative mx-auto -mt-2 flex h-6 w-24 items-center justify-center pt-2 after:absolute after:inset-x-0 after:-inset-y-2.5 before:h-1.25 before:w-10 before:rounded-full before:bg-line-strong"
          />
          {head}
        </div>
        <div className="min-h-0 flex-1">{children}</div>
      </Part>
    </div>
  )
}

/** The height of the sheet, which follows a finger between two detents. */
function useDetentDrag(detent: Detent, onDetent: (detent: Detent) => void) {
  const [dragged, setDragged] = useState<number>()
  const drag = useRef<{ startY: number; startShare: number; lastY: number; lastTime: number; speed: number }>(
    undefined,
  )
  const share = dragged ?? DETENTS[detent]
  const onPointerDown = (event: PointerEvent<HTMLElement>) => {
    // Buttons in the head stay buttons.
    if ((event.target as Element).closest('button:not([data-grabber])')) return
    const { clientY, timeStamp } = event
    drag.current = {
      startY: clientY,
      startShare: share,
      lastY: clientY,
      lastTime: timeStamp,
      speed: 0,
    }
  }
  const onPointerMove = ({ clientY, timeStamp, pointerId, currentTarget }: PointerEvent) => {
    const own = drag.current
    if (own === undefined) return
    // Capturing the pointer at once would suppress the click on the grabber.
    if (dragged === undefined && Math.abs(clientY - own.startY) < MAX_PRESS_PX) return
    currentTarget.setPointerCapture(pointerId)
    const elapsed = Math.max(1, timeStamp - own.lastTime)
    own.speed = (own.lastY - clientY) / elapsed
    own.lastY = clientY
    own.lastTime = timeStamp
    const next = own.startShare + (own.startY - clientY) / innerHeight
    setDragged(Math.max(0.12, Math.min(DETENTS[2], next)))
  }
  const onPointerUp = () => {
    const own = drag.current
    drag.current = undefined
    if (own === undefined || dragged === undefined) return
    setDragged(undefined)
    onDetent(detentAfter(dragged, own.speed))
  }
  return {
    share,
    isDragged: dragged !== undefined,
    onPointerDown,
    onPointerMove,
    onPointerUp,
    onPointerCancel: onPointerUp,
  }
}

/** The next detent in the direction of a flick, else the nearest. */
function detentAfter(share: number, speed: number): Detent {
  const indices: Detent[] = [0, 1, 2]
  if (speed > MIN_FLICK_SPEED) return indices.find((n) => DETENTS[n] > share) ?? 2
  if (speed < -MIN_FLICK_SPEED) return indices.findLast((n) => DETENTS[n] < share) ?? 0
  return indices.reduce((best, n) =>
    Math.abs(DETENTS[n] - share) < Math.abs(DETENTS[best] - share) ? n : best,
  )
}
