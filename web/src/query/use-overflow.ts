import { useEffect, useRef, useState } from 'react'

/** Less is a matter of rounding. */
const HIDDEN_PX = 2

/**
 * The classes that fade the edges over which chips are hidden. A chip that is added comes into view, and stays there while chips grow
 * by their names and pictures. @param count number of chips
 */
export function useOverflow(count: number) {
  const ref = useRef<HTMLDivElement>(null)
  const [fade, setFade] = useState('')
  // biome-ignore lint/correctness/useExhaustiveDependencies: when one is added or removed
  useEffect(() => {
    const element = ref.current!
    const hiddenRight = () => element.scrollWidth - element.clientWidth - element.scrollLeft
    let isAtEnd = true
    let lastLeft = 0
    const measure = () => {
      const left = element.scrollLeft > HIDDEN_PX ? '[--fade-left:2rem]' : ''
      setFade(`${left} ${hiddenRight() > HIDDEN_PX ? '[--fade-right:2rem]' : ''}`)
    }
    const onResize = () => {
      if (isAtEnd) element.scrollTo({ left: element.scrollWidth })
      measure()
    }
    const onScroll = () => {
      // A chip may have grown since the end was reached: only a step back leaves it.
      if (element.scrollLeft < lastLeft) isAtEnd = false
      else if (hiddenRight() <= HIDDEN_PX) isAtEnd = true
      lastLeft = element.scrollLeft
      measure()
    }
    const observer = new ResizeObserver(onResize)
    for (const observed of [element, ...element.children]) observer.observe(observed)
    element.addEventListener('scroll', onScroll, { passive: true })
    return () => {
      observer.disconnect()
      element.removeEventListener('scroll', onScroll)
    }
  }, [count])
  return { ref, fade }
}
