import type { Region } from '../state/query-terms.ts'

/** In shares of the picture's width and height. */
export type Share = readonly [x: number, y: number]

/** Part of a region that is dragged: its inside moves it, a corner or an edge resizes it. */
export type Grip =
  | 'inside'
  | 'left'
  | 'right'
  | 'top'
  | 'bottom'
  | 'top-left'
  | 'top-right'
  | 'bottom-left'
  | 'bottom-right'

export const GRIPS: readonly Exclude<Grip, 'inside'>[] = [
  'top',
  'right',
  'bottom',
  'left',
  'top-left',
  'top-right',
  'bottom-right',
  'bottom-left',
]

/** Where a region begins that is made by keyboard. */
const MIDDLE: Region = [0.25, 0.25, 0.5, 0.5]
const [STEP, FINE_STEP] = [0.01, 0.002]

/** @param by how far the hand has moved; @param least the smallest width and height of a region */
export function resized(region: Region, grip: Grip, [dx, dy]: Share, least: Share): Region {
  const [x, y, width, height] = region
  if (grip === 'inside') return [within(x + dx, 0, 1 - width), within(y + dy, 0, 1 - height), width, height]
  const [left, newWidth] = stretched(x, width, grip.endsWith('left'), grip.endsWith('right'), dx, least[0])
  const [top, newHeight] = stretched(
    y,
    height,
    grip.startsWith('top'),
    grip.startsWith('bottom'),
    dy,
    least[1],
  )
  return [left, top, newWidth, newHeight]
}

/** @returns start and length along one axis */
function stretched(
  start: number,
  length: number,
  isStartHeld: boolean,
  isEndHeld: boolean,
  by: number,
  least: number,
): [number, number] {
  const end = start + length
  if (isStartHeld) {
    const moved = within(start + by, 0, Math.max(0, end - least))
    return [moved, end - moved]
  }
  return isEndHeld ? [start, within(end + by, Math.min(1, start + least), 1) - start] : [start, length]
}

/** The box with two opposite corners. */
export function between([ax, ay]: Share, [bx, by]: Share): Region {
  return [Math.min(ax, bx), Math.min(ay, by), Math.abs(bx - ax), Math.abs(by - ay)]
}

/** The box around a lasso: a search takes boxes. */
export function around(lasso: readonly Share[]): Region {
  const [xs, ys] = [lasso.map(([x]) => x), lasso.map(([, y]) => y)]
  return between([Math.min(...xs), Math.min(...ys)], [Math.max(...xs), Math.max(...ys)])
}

export function isLargeEnough([, , width, height]: Region, [leastWidth, leastHeight]: Share): boolean {
  return width >= leastWidth && height >= leastHeight
}

const DIRECTIONS: Readonly<Record<string, Share>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
}

/** Arrows move the region by 1 %, with Ctrl by 0.2 %; with Shift they move its lower right corner. @returns undefined for other keys */
export function arrowed(
  region: Region | undefined,
  { key, shiftKey, ctrlKey }: { key: string; shiftKey: boolean; ctrlKey: boolean },
  least: Share,
): Region | undefined {
  const direction = DIRECTIONS[key]
  if (direction === undefined) return undefined
  const step = ctrlKey ? FINE_STEP : STEP
  const by: Share = [direction[0] * step, direction[1] * step]
  return resized(region ?? MIDDLE, shiftKey ? 'bottom-right' : 'inside', by, least)
}

export function within(value: number, least: number, most: number): number {
  return Math.max(least, Math.min(most, value))
}
