import { useCallback, useEffect, useState } from 'react'

export type Point = [x: number, y: number]

/** How much a picture is enlarged, and how far it is moved from the middle, in CSS pixels. */
export interface Zoom {
  /** 1: as large as the window lets it be. */
  factor: number
  offset: Point
  /** @param at what stays where it is, from the middle of the frame */
  by: (factor: number, at?: Point) => void
  move: (by: Point) => void
  reset: () => void
}

export const MAX_ZOOM = 8
const WHOLE = { factor: 1, offset: [0, 0] as Point }

/** @param key another picture is shown as a whole */
export function useZoom(key: string): Zoom {
  const [{ factor, offset }, setZoom] = useState(WHOLE)
  const reset = useCallback(() => setZoom(WHOLE), [])
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each picture
  useEffect(reset, [key])
  return {
    factor,
    offset,
    by: useCallback((change, [x, y] = [0, 0]) => {
      setZoom((old) => {
        const next = Math.min(MAX_ZOOM, Math.max(1, old.factor * change))
        if (next === 1) return WHOLE
        const ratio = next / old.factor
        const moved: Point = [x - (x - old.offset[0]) * ratio, y - (y - old.offset[1]) * ratio]
        return { factor: next, offset: withinReach(moved, next) }
      })
    }, []),
    move: useCallback(([x, y]) => {
      setZoom((old) =>
        old.factor === 1
          ? old
          : { ...old, offset: withinReach([old.offset[0] + x, old.offset[1] + y], old.factor) },
      )
    }, []),
    reset,
  }
}

/** So far that some of the picture can be seen. */
function withinReach([x, y]: Point, factor: number): Point {
  const clamp = (value: number, side: number) => {
    const most = ((factor - 0.2) * side) / 2
    return Math.max(-most, Math.min(most, value))
  }
  return [clamp(x, innerWidth), clamp(y, innerHeight)]
}
