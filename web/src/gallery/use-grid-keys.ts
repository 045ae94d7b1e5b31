import type { KeyboardEvent } from 'react'
import type { Image } from '../api/client.ts'
import { areSingleKeysOn } from '../components/single-keys.ts'
import type { GridLayout, PlacedRow } from './grid-layout.ts'

/** Actions on a picture of a grid. */
export interface PictureActions {
  onOpen: (image: Image, index: number) => void
  onToggle: (image: Image, index: number, isRange: boolean) => void
  /** The next three are undefined where nothing can be searched with the pictures. */
  onAddTerms?: ((image: Image, isWanted: boolean) => void) | undefined
  onFindSimilar?: ((image: Image) => void) | undefined
  onRegion?: ((image: Image) => void) | undefined
  /** Adds one picture, or all selected ones if it is selected, to a collection. */
  onCollect?: ((image: Image) => void) | undefined
  /** Acts on one picture, or on all selected ones if it is selected; undefined for users without the role. */
  onDelete?: ((image: Image | undefined) => void) | undefined
  /** Shows the files that a picture stands for. */
  onFiles?: ((image: Image) => void) | undefined
  /** Opens the menu of a picture at a place of the window. */
  onMenu?: ((image: Image, index: number, at: { x: number; y: number }) => void) | undefined
  onSelectAll: () => void
  onClearSelection: () => void
}

interface GridKeys extends PictureActions {
  layout: GridLayout
  count: number
  /** Height of the visible part. */
  viewHeight: () => number
  imageAt: (index: number) => Image | undefined
  moveTo: (index: number) => void
  /** The picture that the keys act on while the grid itself has the focus. */
  activeIndex: number
}

/** The keys of a grid, on the tile that has the focus. */
export function onGridKey(event: KeyboardEvent, grid: GridKeys): void {
  const { target: focused, currentTarget } = event
  const index = focused === currentTarget ? grid.activeIndex : Number((focused as HTMLElement).dataset.index)
  const isCommand = event.ctrlKey || event.metaKey
  if (isCommand && event.key.toLowerCase() === 'a') {
    event.preventDefault()
    grid.onSelectAll()
  }
  if (Number.isNaN(index) || isCommand || event.altKey) return
  const target = targetOf(event.key, index, grid)
  if (target !== undefined) {
    event.preventDefault()
    if (target >= 0 && target < grid.count) grid.moveTo(target)
    return
  }
  const act = actionOf(event, index, grid)
  if (act === undefined) return
  event.preventDefault()
  event.stopPropagation()
  // A key that is held down acts once: the next picture was not meant.
  if (!event.repeat) act()
}

function actionOf(event: KeyboardEvent, index: number, grid: GridKeys): (() => void) | undefined {
  const image = grid.imageAt(index)
  const named: Record<string, () => void> = {
    ' ': () => image && grid.onToggle(image, index, event.shiftKey),
    Escape: grid.onClearSelection,
    '+': () => image && grid.onAddTerms?.(image, true),
    '-': () => image && grid.onAddTerms?.(image, false),
  }
  if (grid.onDelete) named.Delete = () => grid.onDelete?.(image)
  const letters: Record<string, () => void> = {
    m: () => image && grid.onAddTerms?.(image, true),
    n: () => image && grid.onAddTerms?.(image, false),
    s: () => image && grid.onFindSimilar?.(image),
    r: () => image && grid.onRegion?.(image),
    a: () => image && grid.onCollect?.(image),
  }
  return named[event.key] ?? (areSingleKeysOn() ? letters[event.key.toLowerCase()] : undefined)
}

/** Returns the picture that a navigation key leads to. */
function targetOf(key: string, index: number, { layout, count, viewHeight }: GridKeys): number | undefined {
  const row = layout.rowOf(index)
  if (row === undefined) return undefined
  const below = (step: 1 | -1) => {
    const next = layout.nextRow(row, step)
    return next === undefined ? undefined : nearestIn(next, middleOf(row, index))
  }
  const farBelow = (step: 1 | -1) => {
    let [target, left] = [row, viewHeight()]
    for (; left > 0; left -= target.height) {
      const next = layout.nextRow(target, step)
      if (next === undefined) break
      target = next
    }
    return nearestIn(target, middleOf(row, index))
  }
  const targets: Record<string, () => number | undefined> = {
    ArrowLeft: () => index - 1,
    ArrowRight: () => index + 1,
    ArrowUp: () => below(-1),
    ArrowDown: () => below(1),
    PageUp: () => farBelow(-1),
    PageDown: () => farBelow(1),
    Home: () => 0,
    End: () => count - 1,
  }
  return key in targets ? (targets[key]!() ?? index) : undefined
}

/** Where the middle of a picture is in its row. */
function middleOf(row: PlacedRow, index: number): number {
  const before = row.widths.slice(0, index - row.index).reduce((sum, width) => sum + width, 0)
  return before + (row.widths[index - row.index] ?? 0) / 2
}

/** The picture of a row whose middle is nearest to a place. */
function nearestIn(row: PlacedRow, x: number): number {
  let best = row.index
  for (let n = 0; n < row.widths.length; n++) {
    const index = row.index + n
    if (Math.abs(middleOf(row, index) - x) < Math.abs(middleOf(row, best) - x)) best = index
  }
  return best
}
