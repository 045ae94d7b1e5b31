import { useCallback, useRef, useState } from 'react'
import type { Sketch } from './sketch.ts'

interface Drag {
  /** The sketch with the stroke under way; otherwise the sketch. */
  live: Sketch
  /** Takes the sketch with the drag under way, from its beginning on; undefined after its end. */
  preview: (sketch: Sketch | undefined) => void
  /** Ends when no drag is under way. */
  untilEnd: () => Promise<void>
}

/** The drag under way on the sheet. It belongs to the sketch on which it began, and changes no other one. */
export function useDrag(sketch: Sketch): Drag {
  const latest = useRef(sketch)
  latest.current = sketch
  const [dragged, setDragged] = useState<{ from: Sketch; to: Sketch }>()
  const ending = useRef<PromiseWithResolvers<void>>(undefined)

  const preview = useCallback((to: Sketch | undefined) => {
    if (to === undefined) {
      ending.current?.resolve()
      ending.current = undefined
    } else {
      ending.current ??= Promise.withResolvers()
    }
    const from = latest.current
    // The beginning of a drag changes nothing, so that the page is not rendered for it.
    setDragged(to === undefined || to === from ? undefined : { from, to })
  }, [])
  const untilEnd = useCallback(async () => ending.current?.promise, [])
  return { live: dragged?.from === sketch ? dragged.to : sketch, preview, untilEnd }
}
