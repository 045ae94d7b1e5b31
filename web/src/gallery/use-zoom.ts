import { useCallback, useEffect, useMemo, useRef, useState } from 'react'

export type Point = [x: number, y: number]

export interface Size {
  width: number
  height: number
}

/** How a picture is shown in its frame. Scales are CSS pixels per pixel of the picture. */
export interface Zoom {
  /** In CSS pixels. */
  frame: Size
  scale: number
  /** From the middle of the frame, in CSS pixels. */
  offset: Point
  /** The whole picture is seen. */
  isFit: boolean
  /** A pixel of the picture is a pixel of the screen. */
  isActual: boolean
  isLargest: boolean
  /** @param at stays where it is, from the middle of the frame */
  by: (factor: number, at?: Point) => void
  move: (by: Point) => void
  fit: () => void
  actual: (at?: Point) => void
}

/** In pixels of the screen per pixel of the picture. */
const MAX_SCALE = 8
/** A small picture is enlarged to this share of the frame. */
const MIN_SHARE = 0.4

interface ZoomState {
  /** undefined: fit. */
  scale: number | undefined
  offset: Point
}

const FIT: ZoomState = { scale: undefined, offset: [0, 0] }

/**
 * @param key another picture is shown as a whole, unless `isKept`
 * @param frame in CSS pixels
 */
export function useZoom(key: string, picture: Size, frame: Size, isKept: boolean): Zoom {
  const [state, setState] = useState(FIT)
  const kept = useRef(isKept)
  kept.current = isKept
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each picture
  useEffect(() => {
    if (!kept.current) setState(FIT)
  }, [key])
  const pixel = 1 / devicePixelRatio
  const fitScale = fitScaleOf(picture, frame)
  const largest = Math.max(MAX_SCALE * pixel, fitScale)
  const scale = Math.min(largest, Math.max(fitScale, state.scale ?? fitScale))
  const latest = useRef({ picture, frame, fitScale, largest })
  latest.current = { picture, frame, fitScale, largest }

  const zoomTo = useCallback((scaleOf: (old: number) => number, [x, y]: Point = [0, 0]) => {
    setState((old) => {
      const { fitScale: least, largest: most } = latest.current
      const before = old.scale ?? least
      const next = Math.min(most, Math.max(least, scaleOf(before)))
      if (next <= least * 1.001) return FIT
      const ratio = next / before
      const offset: Point = [x - (x - old.offset[0]) * ratio, y - (y - old.offset[1]) * ratio]
      return { scale: next, offset: within(offset, next, latest.current) }
    })
  }, [])
  const actions = useMemo(
    () => ({
      by: (factor: number, at?: Point) => zoomTo((old) => old * factor, at),
      actual: (at?: Point) => zoomTo(() => 1 / devicePixelRatio, at),
      fit: () => setState(FIT),
      move: ([x, y]: Point) =>
        setState((old) =>
          old.scale === undefined
            ? old
            : {
                ...old,
                offset: within([old.offset[0] + x, old.offset[1] + y], old.scale, latest.current),
              },
        ),
    }),
    [zoomTo],
  )
  return {
    frame,
    scale,
    offset: state.scale === undefined ? [0, 0] : state.offset,
    isFit: scale <= fitScale * 1.001,
    isActual: Math.abs(scale / pixel - 1) < 0.001,
    isLargest: scale >= largest * 0.999,
    ...actions,
  }
}

function fitScaleOf(picture: Size, frame: Size): number {
  const whole = Math.min(frame.width / picture.width, frame.height / picture.height)
  const least = (MIN_SHARE * Math.min(frame.width, frame.height)) / Math.max(picture.width, picture.height)
  return Math.max(1e-6, Math.min(whole, Math.max(1 / devicePixelRatio, least)))
}

/** Limits the offset so that the picture covers the frame, or is in its middle if it is smaller. */
function within([x, y]: Point, scale: number, { picture, frame }: { picture: Size; frame: Size }): Point {
  const clamp = (value: number, side: number, room: number) => {
    const most = Math.max(0, (side * scale - room) / 2)
    return Math.max(-most, Math.min(most, value))
  }
  return [clamp(x, picture.width, frame.width), clamp(y, picture.height, frame.height)]
}
