import { type FocusEvent, type RefObject, useEffect, useLayoutEffect, useRef, useState } from 'react'
import type { Image } from '../api/client.ts'
import { focusSoon } from './focus-soon.ts'

interface FocusedList {
  count: number
  imageAt: (index: number) => Image | undefined
}

/**
 * Which tile has the focus. A focused tile that leaves the document, because its row is laid out again or is scrolled out of
 * view, would move the focus to the body, where no key of the grid works. The grid takes the focus instead, and returns it to
 * the tile.
 */
export function useGridFocus(
  ref: RefObject<HTMLElement | null>,
  gridRef: RefObject<HTMLElement | null>,
  { count, imageAt }: FocusedList,
) {
  const [index, set] = useState(0)
  const hadFocus = useRef(false)
  useEffect(() => {
    const onDown = ({ target }: PointerEvent) => {
      hadFocus.current = ref.current?.contains(target as Node) ?? false
    }
    addEventListener('pointerdown', onDown, true)
    return () => removeEventListener('pointerdown', onDown, true)
  }, [ref])
  // After each rendering: any of them can replace the rows.
  useLayoutEffect(() => {
    const { activeElement } = document
    const isLost = activeElement === document.body || activeElement === null
    const isOwn = activeElement === gridRef.current
    if (!hadFocus.current || !(isLost || isOwn) || count === 0) return
    const tile = ref.current!.querySelector<HTMLElement>(`[data-index="${index}"]`)
    if (tile !== null) tile.focus({ preventScroll: true })
    else if (isLost) gridRef.current!.focus({ preventScroll: true })
  })
  // After a deletion the picture that took the place has the focus.
  // biome-ignore lint/correctness/useExhaustiveDependencies: when there are fewer or more, or others
  useEffect(() => {
    const { activeElement } = document
    const isNowhere = activeElement === document.body || activeElement === gridRef.current
    if (hadFocus.current && isNowhere && count > 0) focusSoon(ref.current!, Math.min(index, count - 1))
  }, [count, imageAt(index)?.id])
  return {
    index,
    set,
    /** Another list: a focus in the old one moves to its first picture. */
    restart() {
      set(0)
      if (hadFocus.current) focusSoon(ref.current!, 0)
    },
    onFocus({ target }: FocusEvent) {
      hadFocus.current = true
      const { index: own } = (target as HTMLElement).dataset
      if (own !== undefined) set(Number(own))
    },
    onBlur({ relatedTarget, currentTarget }: FocusEvent) {
      // A tile that leaves the document has no target of its blur.
      if (relatedTarget !== null) hadFocus.current = currentTarget.contains(relatedTarget)
    },
  }
}
