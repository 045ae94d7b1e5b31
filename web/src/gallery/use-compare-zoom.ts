import { useCallback, useState } from 'react'

/** Visible part of a picture: its middle in 0…1 of the picture, and the zoom; 1 is the whole picture. */
export interface View {
  zoom: number
  x: number
  y: number
}

const WHOLE: View = { zoom: 1, x: 0.5, y: 0.5 }
const MAX_ZOOM = 32

/** Moves the middle by shares of the picture and multiplies the zoom; the area outside of the picture is not shown. */
export function changedView(view: View, factor: number, dx: number, dy: number): View {
  const zoom = Math.max(1, Math.min(MAX_ZOOM, view.zoom * factor))
  const half = 0.5 / zoom
  const within = (value: number) => Math.max(half, Math.min(1 - half, value))
  return { zoom, x: within(view.x + dx), y: within(view.y + dy) }
}

export type ChangeView = (index: number, factor: number, dx: number, dy: number) => void

/** The views of pictures that are compared. Zoomed together, all follow the one that is moved. */
export function useCompareZoom(count: number) {
  const [isTogether, setTogether] = useState(true)
  const [views, setViews] = useState<readonly View[]>([])
  const viewOf = (index: number) => views[index] ?? WHOLE
  const change: ChangeView = useCallback(
    (index, factor, dx, dy) =>
      setViews((old) => {
        const next = changedView(old[index] ?? WHOLE, factor, dx, dy)
        return Array.from({ length: count }, (_, n) => (isTogether || n === index ? next : (old[n] ?? WHOLE)))
      }),
    [count, isTogether],
  )
  return {
    viewOf,
    change,
    isTogether,
    toggleTogether: () => {
      setTogether(!isTogether)
      // From now on, all have the view of the first one.
      if (!isTogether) setViews(Array.from({ length: count }, () => viewOf(0)))
    },
    zoomTo: (zoom: number) =>
      setViews((old) =>
        Array.from({ length: count }, (_, n) => {
          const view = old[n] ?? WHOLE
          return changedView(view, zoom / view.zoom, 0, 0)
        }),
      ),
    isWhole: views.every(({ zoom }) => zoom === 1),
  }
}
