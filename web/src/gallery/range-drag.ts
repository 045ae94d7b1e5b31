import type { RefObject } from 'react'
import type { Image } from '../api/client.ts'

export interface SelectableList {
  imageAt: (index: number) => Image | undefined
  selected: ReadonlySet<string>
  onToggle: (image: Image, index: number, isRange: boolean) => void
}

/** A finger that is nearer to an edge of the list scrolls it, in CSS pixels. */
const EDGE_PX = 72
/** Speed of that in CSS pixels for each frame. */
const SCROLL_STEP_PX = 9

/**
 * Selects up to the picture below the finger, each time that this is another one. The events of a finger go to the element on which it
 * came down, and to nothing else once that has left the document: because it was scrolled away, or as a picture that can't be shown.
 * @param start position of its tile in the list
 * @param signal aborted when the finger is lifted
 */
export function selectWithFinger(
  touched: EventTarget,
  scroller: HTMLElement | null,
  start: number,
  list: RefObject<SelectableList>,
  signal: AbortSignal,
): void {
  let at: { x: number; y: number } | undefined
  let last = start
  const onMove = (event: Event) => {
    event.preventDefault()
    const [touch] = (event as TouchEvent).touches
    at = touch && { x: touch.clientX, y: touch.clientY }
  }
  touched.addEventListener('touchmove', onMove, { passive: false, signal })
  const onFrame = () => {
    if (signal.aborted || scroller === null) return
    requestAnimationFrame(onFrame)
    if (at === undefined) return
    const { top, bottom } = scroller.getBoundingClientRect()
    if (at.y < top + EDGE_PX) scroller.scrollTop -= SCROLL_STEP_PX
    else if (at.y > bottom - EDGE_PX) scroller.scrollTop += SCROLL_STEP_PX
    const index = indexAt(at.x, at.y)
    const image = index === undefined ? undefined : list.current.imageAt(index)
    if (index === undefined || image === undefined || index === last) return
    last = index
    list.current.onToggle(image, index, true)
  }
  onFrame()
}

/** The position in the list of the picture at a place of the window, also below a button that lies over the list. */
function indexAt(x: number, y: number): number | undefined {
  const cell = document.elementsFromPoint(x, y).find((element) => element.matches('[role=gridcell]'))
  const index = cell?.querySelector<HTMLElement>('[data-index]')?.dataset.index
  return index === undefined ? undefined : Number(index)
}
