import { type RefObject, useEffect, useLayoutEffect, useRef } from 'react'
import type { Image } from '../api/client.ts'
import type { GridLayout, PlacedRow } from './grid-layout.ts'
import { HEAD_HEIGHT, measureAround, OVERSCAN } from './use-grid-layout.ts'
import { type ListScroll, useListScroll } from './use-list-scroll.ts'
import { usePlaceMemory } from './use-place-memory.ts'

interface PlacedList {
  layout: GridLayout
  viewHeight: number
  count: number
  imageAt: (index: number) => Image | undefined
  rowHeight: number
  gap: number
  /** Another list begins at the top, unless its place is remembered. */
  resetKey: string
  isReady: boolean
  /** Called with the pictures in view, so that they are fetched. */
  onRange: (first: number, last: number) => void
  /** Whether the list is shown from its beginning. */
  onTop: (isAtTop: boolean) => void
  /** Called when another list is shown. */
  onReset: () => void
}

export interface ListPlace {
  scroll: ListScroll
  scrollTo: (offset: number) => void
  /** Scrolls no further than is needed to see a row as a whole. */
  reveal: (row: PlacedRow) => void
}

/**
 * The place of a list in its element. The first row in view stays where it is while parts above it are measured, and is remembered for
 * Back and reload.
 */
export function useListPlace(scrollRef: RefObject<HTMLElement | null>, list: PlacedList): ListPlace {
  const { layout, viewHeight, count, rowHeight, gap, resetKey, isReady, onTop, onReset } = list
  const anchor = useRef({ index: 0, delta: 0 })
  const place = usePlaceMemory(resetKey)
  /** Stores the visible part as the place of the list. */
  const keep = () => {
    const offset = scroll.offset()
    const row = layout.rowAt(offset)
    anchor.current =
      row === undefined ? { index: 0, delta: 0 } : { index: row.index, delta: offset - row.top }
    place.remember(anchor.current)
    onTop(offset < rowHeight)
  }
  // Only scrolling changes the anchor. Estimated rows begin with other pictures than measured ones, so a renewed anchor would drift.
  const scroll = useListScroll(scrollRef, layout.height, keep)
  measureAround(layout, scroll.offset(), viewHeight, list.imageAt)
  const anchored = layout.rowOf(anchor.current.index)
  if (anchored !== undefined && anchor.current.index > 0) scroll.rebase(anchored.top + anchor.current.delta)

  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each list
  useLayoutEffect(() => {
    if (!isReady) return
    anchor.current = place.recall() ?? { index: 0, delta: 0 }
    const { index, delta } = anchor.current
    const row = index > 0 && index < count ? layout.rowOf(index) : undefined
    scroll.jumpTo(row === undefined ? 0 : row.top + delta)
    onTop(row === undefined)
    onReset()
  }, [resetKey, isReady])

  useSteadyRows(scrollRef, () => scroll.offset() - scroll.shift())
  const scrollTo = (offset: number) => {
    scroll.scrollTo(offset)
    keep()
  }
  const reveal = (row: PlacedRow) => {
    const from = scroll.offset()
    if (row.top < from) scrollTo(Math.max(0, row.top - (row.index === 0 ? HEAD_HEIGHT : 0)))
    else if (row.top + row.height > from + viewHeight) scrollTo(row.top + row.height + gap - viewHeight)
  }
  return { scroll, scrollTo, reveal }
}

/**
 * Keeps the rows of a scrolled list where they are when something above it appears or goes, such as a notice. They follow the pane that they
 * lie in. While a page is loaded, the place of its list is that with all notices.
 * @param topOf the scroll position before the change: at its end, a list that becomes higher is moved by the browser
 */
function useSteadyRows(ref: RefObject<HTMLElement | null>, topOf: () => number) {
  const top = useRef(topOf)
  top.current = topOf
  useLayoutEffect(() => {
    const element = ref.current!
    const pane = element.closest('main')
    const distance = () => element.getBoundingClientRect().top - (pane?.getBoundingClientRect().top ?? 0)
    let last = distance()
    let isUsed = false
    const observer = new ResizeObserver(() => {
      const by = distance() - last
      last += by
      if (by !== 0 && isUsed && top.current() > 0) element.scrollTop = top.current() + by
    })
    observer.observe(element)
    const ending = new AbortController()
    for (const type of ['wheel', 'pointerdown', 'keydown'])
      addEventListener(type, () => (isUsed = true), { capture: true, passive: true, signal: ending.signal })
    return () => {
      observer.disconnect()
      ending.abort()
    }
  }, [ref])
}

/** The rows and titles in view and a little beyond. Their pictures are fetched. */
export function useRowsInView({ layout, viewHeight, onRange }: PlacedList, scroll: ListScroll) {
  const offset = scroll.offset()
  const { rows, heads } = layout.visible(offset - OVERSCAN, offset + viewHeight + OVERSCAN)
  const first = rows[0]?.index ?? 0
  const last = Math.max(0, (rows.at(-1)?.index ?? 0) + (rows.at(-1)?.widths.length ?? 1) - 1)
  useEffect(() => onRange(first, last), [first, last, onRange])
  return { rows, heads, first, last }
}
