import { useEffect, useRef } from 'react'

/** Where the focus goes if the element that had it is gone: the picture of the list that Tab leads to. */
const TAB_STOP = '[data-pane] [data-index][tabindex="0"]'

/** Moves the focus to the picture of the list that Tab leads to. */
export function focusTabStop(): void {
  document.querySelector<HTMLElement>(TAB_STOP)?.focus({ preventScroll: true })
}

/**
 * Gives the focus back when what has covered the page is closed.
 * @returns called before the page is covered, remembers where the focus is
 */
export function useFocusReturn(isCovered: boolean): () => void {
  const before = useRef<Element>(undefined)
  const wasCovered = useRef(isCovered)
  useEffect(() => {
    const isUncovered = wasCovered.current && !isCovered
    wasCovered.current = isCovered
    if (!isUncovered) return
    const own = before.current
    before.current = undefined
    if (own instanceof HTMLElement && own.isConnected) own.focus({ preventScroll: true })
    else focusTabStop()
  }, [isCovered])
  return () => {
    before.current = document.activeElement ?? undefined
  }
}
