import { type RefObject, useLayoutEffect, useState } from 'react'

/** The inner size of an element in CSS pixels, without its padding; 0 before the first layout. */
export function useElementSize(ref: RefObject<HTMLElement | null>): { width: number; height: number } {
  const [size, setSize] = useState({ width: 0, height: 0 })
  const [element, setElement] = useState<HTMLElement | null>(null)
  // After each rendering: it may have put another element in the place.
  useLayoutEffect(() => setElement(ref.current))
  useLayoutEffect(() => {
    if (element === null) return
    const measure = () => {
      const style = getComputedStyle(element)
      const padding = Number.parseFloat(style.paddingLeft) + Number.parseFloat(style.paddingRight)
      const next = { width: element.clientWidth - padding, height: element.clientHeight }
      setSize((old) => (old.width === next.width && old.height === next.height ? old : next))
    }
    measure()
    const observer = new ResizeObserver(measure)
    observer.observe(element)
    return () => observer.disconnect()
  }, [element])
  return size
}
