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

/** Moves each picture that has another place in a changed list from the former one to the new one. Duration and easing are those of the cells. */
export function useTileMotion(gridRef: RefObject<HTMLElement | null>, shown: ShownRows): void {
  const last = useRef<ReadonlyMap<string, TilePlace>>(new Map())
  useLayoutEffect(() => {
    const places = tilePlaces(shown.rows, shown, (index) => shown.imageAt(index)?.id)
    const moves = tileMoves(last.current, places)
    last.current = places
    const cells = moves.map(({ index }) =>
      gridRef.current?.querySelector(`[data-index="${index}"]`)?.closest('[role=gridcell]'),
    )
    const first = cells.find((cell) => cell !== null && cell !== undefined)
    if (!first) return
    // Read once: after each animation that starts, styles would have to be computed again.
    const { transitionDuration, transitionTimingFunction: easing } = getComputedStyle(first)
    const duration = Number.parseFloat(transitionDuration) * 1000
    for (const [n, { x, y, scale }] of moves.entries()) {
      const start = { transform: `translate(${x}px, ${y}px) scale(${scale})`, transformOrigin: '0 0' }
      const end = { transform: 'none', transformOrigin: '0 0' }
      cells[n]?.animate([start, end], { duration, easing })
    }
  })
}
