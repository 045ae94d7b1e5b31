import { useRef, useState } from 'react'
import type { Region } from '../state/query-terms.ts'

type Regions = readonly (Region | undefined)[]

export interface RegionHistory {
  /** To be called instead of the given function. */
  change: (region: Region | undefined, isDone: boolean) => void
  /** undefined if there is no such step. */
  undo: (() => void) | undefined
  redo: (() => void) | undefined
  isUsed: boolean
}

/**
 * Undo and redo for the regions of one picture, while its pane is open.
 * @param onStep called before a step back or forth
 */
export function useRegionHistory(
  region: Region | undefined,
  onChange: (region: Region | undefined, isDone: boolean) => void,
  onStep: () => void,
): RegionHistory {
  const [past, setPast] = useState<Regions>([])
  const [future, setFuture] = useState<Regions>([])
  /** The last region that was let go. */
  const current = useRef(region)
  const step = (from: Regions, setFrom: (regions: Regions) => void, setTo: (regions: Regions) => void) => {
    if (from.length === 0) return undefined
    return () => {
      const next = from.at(-1)
      setFrom(from.slice(0, -1))
      setTo([...(from === past ? future : past), current.current])
      current.current = next
      onStep()
      onChange(next, true)
    }
  }
  return {
    change(next, isDone) {
      onChange(next, isDone)
      if (!isDone || String(next) === String(current.current)) return
      setPast([...past, current.current])
      setFuture([])
      current.current = next
    },
    undo: step(past, setPast, setFuture),
    redo: step(future, setFuture, setPast),
    isUsed: past.length + future.length > 0,
  }
}
