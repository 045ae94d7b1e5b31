import { type KeyboardEvent, type PointerEvent, type RefObject, useEffect, useRef, useState } from 'react'
import type { Region } from '../state/query-terms.ts'
import { around, arrowed, between, type Grip, isLargeEnough, resized, type Share, within } from './region.ts'
import { useRegionHistory } from './use-region-history.ts'

export type RegionTool = 'box' | 'lasso'

const CHANGE_EVERY_MS = 150
const MIN_PX = 24

interface RegionOptions {
  pictureRef: RefObject<HTMLElement | null>
  tool: RegionTool
  region: Region | undefined
  onChange: (region: Region | undefined, isDone: boolean) => void
  onCancel: () => void
}

interface Drag {
  pointerId: number
  start: Share
  grip: Grip | undefined
  from: Region | undefined
  lasso: Share[]
}

/** A region that is drawn, dragged or moved by keys. */
export function useRegion({ pictureRef, tool, region, onChange, onCancel }: RegionOptions) {
  /** The region while it is dragged. */
  const [shown, setShown] = useState<Region>()
  /** Its latest value: a pointer may be released before the movement before it is rendered. */
  const draft = useRef<Region>(undefined)
  const setDraft = (next: Region | undefined) => {
    draft.current = next
    setShown(next)
  }
  const [lasso, setLasso] = useState<readonly Share[]>()
  const history = useRegionHistory(region, onChange, () => setLasso(undefined))
  const live = useLive(history.change, onCancel)
  /** Whether an arrow key is held that moves the region. */
  const isKeyHeld = useRef(false)
  const releaseKey = () => {
    if (!isKeyHeld.current) return
    isKeyHeld.current = false
    if (draft.current !== undefined) live.finish(draft.current)
    setDraft(undefined)
  }
  const least = (): Share => leastShares(pictureRef.current!)
  const show = (next: Region) => {
    setDraft(next)
    live.change(next)
  }
  const end = (held: Drag, isKept: boolean) => {
    const last = draft.current
    if (isKept && last !== undefined && isLargeEnough(last, least())) live.finish(last)
    else live.finish(held.from, last !== undefined)
    setDraft(undefined)
    if (!isKept) setLasso(undefined)
    // The arrow keys continue with it.
    pictureRef.current?.querySelector<HTMLElement>('[role=group]')?.focus({ preventScroll: true })
  }
  return {
    shown: shown ?? region,
    /** The lasso, as long as the region is the box around it. */
    lasso,
    surface: useRegionDrag({ pictureRef, tool, region, least, show, setLasso, end }),
    keys: {
      onKeyDown: (event: KeyboardEvent) => {
        const next = arrowed(draft.current ?? region, event, least())
        if (next === undefined) return
        event.preventDefault()
        event.stopPropagation()
        setLasso(undefined)
        isKeyHeld.current = true
        show(next)
      },
      onKeyUp: ({ key }: KeyboardEvent) => {
        if (key.startsWith('Arrow')) releaseKey()
      },
      // The key is released elsewhere.
      onBlur: releaseKey,
    },
    history,
    selectWhole: () => {
      setLasso(undefined)
      live.finish(undefined)
    },
  }
}

interface RegionDrag extends Omit<RegionOptions, 'onChange' | 'onCancel'> {
  least: () => Share
  show: (region: Region) => void
  setLasso: (lasso: readonly Share[] | undefined) => void
  /** @param isKept whether the pointer was released, not cancelled */
  end: (held: Drag, isKept: boolean) => void
}

/** Pointer events that draw a region, or move one by its grips. */
function useRegionDrag({ pictureRef, tool, region, least, show, setLasso, end }: RegionDrag) {
  const drag = useRef<Drag>(undefined)
  const release = ({ pointerId }: PointerEvent, isKept: boolean) => {
    const held = drag.current
    if (held?.pointerId !== pointerId) return
    drag.current = undefined
    end(held, isKept)
  }
  return {
    onPointerDown: (event: PointerEvent) => {
      if (event.button !== 0 || drag.current !== undefined) return
      event.currentTarget.setPointerCapture(event.pointerId)
      const held = (event.target as Element).closest<HTMLElement>('[data-grip]')?.dataset.grip
      // A lasso may begin within the region.
      const grip = tool === 'lasso' && held === 'inside' ? undefined : (held as Grip | undefined)
      const start = shareAt(pictureRef.current!, event)
      drag.current = { pointerId: event.pointerId, start, grip, from: region, lasso: [start] }
      setLasso(undefined)
    },
    onPointerMove: (event: PointerEvent) => {
      const held = drag.current
      if (held?.pointerId !== event.pointerId) return
      const at = shareAt(pictureRef.current!, event)
      if (held.grip !== undefined && held.from !== undefined) {
        show(resized(held.from, held.grip, [at[0] - held.start[0], at[1] - held.start[1]], least()))
        return
      }
      if (tool === 'lasso') {
        held.lasso.push(at)
        setLasso([...held.lasso])
      }
      const next = tool === 'lasso' ? around(held.lasso) : between(held.start, at)
      if (isLargeEnough(next, least())) show(next)
    },
    onPointerUp: (event: PointerEvent) => release(event, true),
    onPointerCancel: (event: PointerEvent) => release(event, false),
  }
}

/** The place of a pointer on a picture. */
function shareAt(picture: HTMLElement, { clientX, clientY }: PointerEvent): Share {
  const { left, top, width, height } = picture.getBoundingClientRect()
  return [within((clientX - left) / width, 0, 1), within((clientY - top) / height, 0, 1)]
}

/** The smallest region on a picture of the present size. */
function leastShares(picture: HTMLElement): Share {
  const { width, height } = picture.getBoundingClientRect()
  return [Math.min(1, MIN_PX / width), Math.min(1, MIN_PX / height)]
}

/** Reports changes at most every 150 ms, and the last one at once. The removal of the picker cancels a drag that has not ended. */
function useLive(onChange: RegionOptions['onChange'], onCancel: () => void) {
  const latest = useRef({ onChange, onCancel })
  latest.current = { onChange, onCancel }
  const waiting = useRef<Region>(undefined)
  const timer = useRef<number>(undefined)
  useEffect(
    () => () => {
      clearTimeout(timer.current)
      latest.current.onCancel()
    },
    [],
  )
  return {
    change: (region: Region) => {
      waiting.current = region
      timer.current ??= window.setTimeout(() => {
        timer.current = undefined
        latest.current.onChange(waiting.current, false)
      }, CHANGE_EVERY_MS)
    },
    finish: (region: Region | undefined, isChanged = true) => {
      clearTimeout(timer.current)
      timer.current = undefined
      if (isChanged) latest.current.onChange(region, true)
    },
  }
}
