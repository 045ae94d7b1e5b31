import { type RefObject, useCallback, useEffect, useLayoutEffect, useReducer, useRef } from 'react'
import { createScrollScale, follow, type Place, type ScrollScale } from './scroll-scale.ts'

export interface ListScroll {
  /** Scroll position of the list, in its own pixels. */
  offset: () => number
  /** Offset of a row in the list minus its offset in the element. */
  shift: () => number
  /** Follows the element after it was scrolled. */
  onScroll: () => void
  scrollTo: (offset: number) => void
  /** Scrolls there whatever the element shows: after another list took its place. */
  jumpTo: (offset: number) => void
  /** Moves the origin of the list while the visible part stays, because parts above were measured. */
  rebase: (offset: number) => void
  /** Height of the content of the element, in its pixels. */
  height: number
}

/** The scroll bar is corrected when scrolling has paused for this long. */
const SETTLE_AFTER_MS = 160

/**
 * Scrolls a list of any length in an element. While the element is scrolled the list may gain or lose height above what is seen; the
 * scroll bar follows once scrolling pauses, so that nothing jumps.
 * @param height of the list
 * @param onMove called when the element was scrolled by the user, not when it is aligned with the list
 */
export function useListScroll(
  ref: RefObject<HTMLElement | null>,
  height: number,
  onMove: () => void,
): ListScroll {
  const scale = useRef<ScrollScale>(undefined!)
  scale.current = createScrollScale(height, ref.current?.clientHeight ?? 0)
  const place = useRef<Place>({ top: 0, offset: 0 })
  const [, render] = useReducer((n: number) => n + 1, 0)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const moved = useRef(onMove)
  moved.current = onMove
  useEffect(() => () => clearTimeout(timer.current), [])

  const jumpTo = useCallback(
    (offset: number) => {
      const element = ref.current!
      element.scrollTop = scale.current.topAt(offset)
      place.current = { top: element.scrollTop, offset }
      render()
    },
    [ref],
  )
  /** Follows the element. @returns whether it was scrolled since the last time */
  const follows = useCallback(() => {
    const { scrollTop, clientHeight } = ref.current!
    const { offset } = place.current
    place.current = follow(place.current, scrollTop, clientHeight, scale.current)
    if (place.current.offset === offset) return false
    moved.current()
    render()
    return true
  }, [ref])
  const settleSoon = useCallback(() => {
    clearTimeout(timer.current)
    timer.current = setTimeout(() => {
      if (ref.current === null) return
      // On a busy machine the event of a movement can come after this timer.
      if (follows()) return settleSoon()
      const { top, offset } = place.current
      if (Math.abs(scale.current.topAt(offset) - top) >= 1) jumpTo(offset)
    }, SETTLE_AFTER_MS)
  }, [ref, follows, jumpTo])
  // A browser cuts positions beyond the end of an element that has become shorter: the user did not scroll it.
  const elementHeight = scale.current.height
  useLayoutEffect(() => {
    const end = elementHeight - (ref.current?.clientHeight ?? 0)
    if (place.current.top > Math.max(0, end)) jumpTo(place.current.offset)
  }, [ref, elementHeight, jumpTo])

  return {
    offset: useCallback(() => place.current.offset, []),
    shift: useCallback(() => place.current.offset - place.current.top, []),
    onScroll: useCallback(() => {
      if (follows()) settleSoon()
    }, [follows, settleSoon]),
    scrollTo: useCallback(
      (offset: number) => {
        const element = ref.current!
        const by = offset - place.current.offset
        if (Math.abs(by) >= element.clientHeight) return jumpTo(offset)
        element.scrollTop = place.current.top + by
        place.current = follow(place.current, element.scrollTop, element.clientHeight, scale.current)
        render()
      },
      [ref, jumpTo],
    ),
    jumpTo,
    rebase: useCallback(
      (offset: number) => {
        if (offset === place.current.offset) return
        place.current = { top: place.current.top, offset }
        settleSoon()
      },
      [settleSoon],
    ),
    height: elementHeight,
  }
}
