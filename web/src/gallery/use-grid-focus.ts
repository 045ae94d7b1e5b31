import { type FocusEvent, type RefObject, useEffect, useLayoutEffect, useRef, useState } from 'react'
import type { Image } from '../api/client.ts'
import { focusSoon } from './focus-soon.ts'

interface FocusedList {
  count: number
  imageAt: (index: number) => Image | undefined
  resetKey: string
  isOfBefore?: boolean | undefined
}

/** A picture that had the focus is looked for among this many before and after its place. */
const MAX_SHIFT = 500

/**
 * Which tile has the focus. A focused tile that leaves the document, because its row is laid out again or is scrolled out of
 * view, would move the focus to the body, where no key of the grid works. The grid takes the focus instead, and returns it to
 * the tile.
 */
export function useGridFocus(
  ref: RefObject<HTMLElement | null>,
  gridRef: RefObject<HTMLElement | null>,
  { count, imageAt, resetKey, isOfBefore = false }: FocusedList,
) {
  const [index, set] = useState(0)
  const hadFocus = useRef(false)
  /** The picture that has or had the focus, and its place; no id if there was none in this list. */
  const focused = useRef({ id: undefined as string | undefined, at: 0, list: resetKey })
  useLayoutEffect(() => {
    const { id, at, list } = focused.current
    const now = imageAt(index)?.id
    const tileAt = (n: number) => ref.current!.querySelector<HTMLElement>(`[data-index="${n}"]`)
    const isFocused = tileAt(index) === document.activeElement
    if (now === undefined || now === id || (id === undefined && !isFocused)) return
    const isMoved = id !== undefined && at === index && list === resetKey
    const place = isMoved ? placeOf(id, index, imageAt) : undefined
    if (place === undefined) focused.current = { id: isOfBefore ? undefined : now, at: index, list: resetKey }
    else {
      focused.current = { id, at: place, list }
      set(place)
      // Files that came or went have moved the picture: the next key is meant for it, not for the one in its place.
      if (isFocused) (tileAt(place) ?? gridRef.current!).focus({ preventScroll: true })
    }
  })
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
      focused.current = { id: undefined, at: 0, list: resetKey }
      if (hadFocus.current) focusSoon(ref.current!, 0)
    },
    onFocus({ target }: FocusEvent) {
      hadFocus.current = true
      const { index: own } = (target as HTMLElement).dataset
      if (own === undefined) return
      const at = Number(own)
      set(at)
      focused.current = { id: isOfBefore ? undefined : imageAt(at)?.id, at, list: resetKey }
    },
    onBlur({ relatedTarget, currentTarget }: FocusEvent) {
      // A tile that leaves the document has no target of its blur.
      if (relatedTarget !== null) hadFocus.current = currentTarget.contains(relatedTarget)
    },
  }
}

/** Where a picture is, the nearest places first. */
function placeOf(
  id: string,
  index: number,
  imageAt: (index: number) => Image | undefined,
): number | undefined {
  for (let by = 1; by <= MAX_SHIFT; by++)
    for (const place of [index + by, index - by]) if (imageAt(place)?.id === id) return place
  return undefined
}
