import { useRef } from 'react'
import type { Image } from '../api/client.ts'
import { areSingleKeysOn } from '../components/single-keys.ts'
import { useCommandKeys } from '../components/use-command-keys.ts'
import type { Zoom } from './use-zoom.ts'

export interface ViewKeys {
  image: Image
  zoom: Zoom
  onPrevious: (() => void) | undefined
  onNext: (() => void) | undefined
  onClose: () => void
  onFindSimilar: (image: Image) => void
  onAddTerms: (image: Image, isWanted: boolean) => void
  onRegion: (image: Image) => void
  onCollect: (image: Image) => void
  onDelete: ((image: Image) => void) | undefined
  onKeep: () => void
  onDetails: () => void
  /** undefined where the browser has no full screen. */
  onFullScreen: (() => void) | undefined
}

/** In CSS pixels. */
const MOVE_STEP = 80
/** While a key is held: each step changes the address, which browsers allow a hundred times in half a minute. */
const STEP_EVERY_MS = 320

/** The keys of the large view, wherever in it the focus is. */
export function useViewKeys(keys: ViewKeys): void {
  const steppedAt = useRef(Number.NEGATIVE_INFINITY)
  useCommandKeys((event) => {
    const isStep = !event.shiftKey && (event.key === 'ArrowLeft' || event.key === 'ArrowRight')
    if (isStep && event.repeat && event.timeStamp - steppedAt.current < STEP_EVERY_MS) return undefined
    if (isStep) steppedAt.current = event.timeStamp
    return viewAction(event, keys)
  })
}

/** Returns the command of a key. */
export function viewAction(
  event: Pick<KeyboardEvent, 'key' | 'shiftKey'>,
  keys: ViewKeys,
): (() => void) | undefined {
  const { image, zoom } = keys
  const moves: Record<string, () => void> = {
    ArrowLeft: () => zoom.move([MOVE_STEP, 0]),
    ArrowRight: () => zoom.move([-MOVE_STEP, 0]),
    ArrowUp: () => zoom.move([0, MOVE_STEP]),
    ArrowDown: () => zoom.move([0, -MOVE_STEP]),
  }
  if (event.shiftKey && event.key in moves) return moves[event.key]
  const named: Record<string, (() => void) | undefined> = {
    ArrowLeft: keys.onPrevious,
    ArrowRight: keys.onNext,
    Escape: keys.onClose,
    Delete: keys.onDelete && (() => keys.onDelete?.(image)),
    '+': () => zoom.by(1.5),
    '-': () => zoom.by(1 / 1.5),
    '0': zoom.fit,
    '1': () => zoom.actual(),
  }
  if (event.key in named) return named[event.key]
  if (!areSingleKeysOn()) return undefined
  const letters: Record<string, (() => void) | undefined> = {
    m: () => keys.onAddTerms(image, true),
    n: () => keys.onAddTerms(image, false),
    s: () => keys.onFindSimilar(image),
    r: () => keys.onRegion(image),
    a: () => keys.onCollect(image),
    i: keys.onDetails,
    l: keys.onKeep,
    f: keys.onFullScreen,
  }
  return letters[event.key.toLowerCase()]
}
