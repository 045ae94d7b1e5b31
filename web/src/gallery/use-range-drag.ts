import { type RefObject, useEffect, useRef } from 'react'
import type { Image } from '../api/client.ts'
import type { SelectableList } from './range-drag.ts'

/**
 * A long press of a finger selects a picture; a finger that goes on from there selects all pictures up to the one below it.
 * @returns what a tile calls at the end of the time of a long press
 */
export function useRangeDrag(
  scrollRef: RefObject<HTMLElement | null>,
  gridRef: RefObject<HTMLElement | null>,
  list: SelectableList,
): (image: Image, index: number, touched: EventTarget, lifted: AbortSignal) => void {
  const latest = useRef(list)
  latest.current = list
  const held = useRef<AbortSignal>(undefined)
  useEffect(() => {
    // A browser scrolls with a finger that met no such listener when it came down, whatever is added later.
    const keep = (event: TouchEvent) => held.current?.aborted === false && event.preventDefault()
    const grid = gridRef.current
    grid?.addEventListener('touchmove', keep, { passive: false })
    return () => grid?.removeEventListener('touchmove', keep)
  }, [gridRef])
  return (image, index, touched, lifted) => {
    const isChosen = latest.current.selected.has(image.id)
    latest.current.onToggle(image, index, false)
    if (isChosen) return
    // Once it has left the document, a tile gets no events of the finger, but the element that was touched does.
    const gone = new AbortController()
    for (const end of ['touchend', 'touchcancel'])
      touched.addEventListener(end, () => gone.abort(), { once: true })
    const ended = AbortSignal.any([lifted, gone.signal])
    held.current = ended
    import('./range-drag.ts').then(
      ({ selectWithFinger }) => selectWithFinger(touched, scrollRef.current, index, latest, ended),
      (error: unknown) => console.warn('A long press selects one picture only:', error),
    )
  }
}
