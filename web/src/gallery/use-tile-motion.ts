import { type RefObject, useLayoutEffect, useRef } from 'react'
import type { Image } from '../api/client.ts'
import type { PlacedRow } from './grid-layout.ts'
import { type TilePlace, tileMoves, tilePlaces } from './tile-motion.ts'

interface ShownRows {
  rows: readonly PlacedRow[]
  gap: number
  /** Scroll position of the list. */
  offset: number
  imageAt: (index: number) => Image | undefined
}

/** Moves each picture that has another place in a changed list from the former one to the new one. Duration and easing are those of its cell. */
export function useTileMotion(gridRef: RefObject<HTMLElement | null>, shown: ShownRows): void {
  const last = useRef<ReadonlyMap<string, TilePlace>>(new Map())
  useLayoutEffect(() => {
    const places = tilePlaces(shown.rows, shown, (index) => shown.imageAt(index)?.id)
    const moves = tileMoves(last.current, places)
    last.current = places
    for (const { index, x, y, scale } of moves) {
      const cell = gridRef.current?.querySelector(`[data-index="${index}"]`)?.closest('[role=gridcell]')
      if (!cell) continue
      const { transitionDuration, transitionTimingFunction } = getComputedStyle(cell)
      const start = { transform: `translate(${x}px, ${y}px) scale(${scale})`, transformOrigin: '0 0' }
      const end = { transform: 'none', transformOrigin: '0 0' }
      const duration = Number.parseFloat(transitionDuration) * 1000
      cell.animate([start, end], { duration, easing: transitionTimingFunction })
    }
  })
}
