import { type RefObject, useCallback, useEffect, useReducer, useRef } from 'react'
import { createScrollScale, follow, type Place, type ScrollScale } from './scroll-scale.ts'

export interface ListScroll {
  /** Scroll position of the list, in its own pixels. */
  offset: () => number
  /** Offset of a row in the list minus its offset in the element. */
  shift: () => number
  /** Follows the element after it was scrolled. */
  onScroll: () => void
  scrollTo: (offset: number) => void
  /** Moves the origin of the list while the visible part stays, because parts above were measured. */
  rebase: (offset: number) => void
  /** Position of the element. */
  height: number
}

/** The scroll bar is corrected when scrolling has paused for this long. */
const SETTLE_AFTER_MS = 160

/**
 * Scrolls a list of any length in an element. While the element is scrolled the list may gain or lose height above what is seen; the
 * scroll bar follows once scrolling pauses, so that nothing jumps.
 * @param height of the list
 */
export function useListScroll(ref: RefObject<HTMLElement | null>, height: number): ListScroll {
  const scale = useRef<ScrollScale>(undefined!)
  scale.current = createScrollScale(height, ref.current?.clientHeight ?? 0)
  const place = useRef<Place>({ top: 0, offset: 0 })
  const [, render] = useReducer((n: number) => n + 1, 0)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  useEffect(() => () => clearTimeout(timer.current), [])

  const settle = useCallback(() => {
    const element = ref.current
    if (element === null) return
    const top = scale.current.topAt(place.current.offset)
    if (Math.abs(top - place.current.top) < 1) return
    const { offset } = place.current
    element.scrollTop = top
    place.current = { top: element.scrollTop, offset }
    render()
  }, [ref])
  const settleSoon = useCallback(() => {
    clearTimeout(timer.current)
    timer.current = setTimeout(settle, SETTLE_AFTER_MS)
  }, [settle])

  return {
    offset: useCallback(() => place.current.offset, []),
    shift: useCallback(() => place.current.offset - place.current.top, []),
    onScroll: useCallback(() => {
      const { scrollTop, clientHeight } = ref.current!
      place.current = follow(place.current, scrollTop, clientHeight, scale.current)
      settleSoon()
      render()
    }, [ref, settleSoon]),
    scrollTo: useCallback(
      (offset: number) => {
        const element = ref.current!
        const by = offset - place.current.offset
        if (Math.abs(by) < element.clientHeight) {
          element.scrollTop = place.current.top + by
          place.current = follow(place.current, element.scrollTop, element.clientHeight, scale.current)
        } else {
          element.scrollTop = scale.current.topAt(offset)
          place.current = { top: element.scrollTop, offset }
        }
        render()
      },
      [ref],
    ),
    rebase: useCallback(
      (offset: number) => {
        if (offset === place.current.offset) return
        place.current = { top: place.current.top, offset }
        settleSoon()
      },
      [settleSoon],
    ),
    height: scale.current.height,
  }
}
