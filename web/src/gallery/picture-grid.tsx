import { type KeyboardEvent, type RefObject, useEffect, useMemo, useRef } from 'react'
import { lazyPart } from '../components/lazy-part.tsx'
import { messages } from '../messages/messages.ts'
import { focusSoon } from './focus-soon.ts'
import type { PlacedRow, Section } from './grid-layout.ts'
import { GridRow, type RowContext, type TileActions } from './grid-row.tsx'
import { useElementSize } from './use-element-size.ts'
import { useGridFocus } from './use-grid-focus.ts'
import { onGridKey, type PictureActions } from './use-grid-keys.ts'
import { useGridLayout } from './use-grid-layout.ts'
import { useListPlace, useRowsInView } from './use-list-place.ts'
import { useRangeDrag } from './use-range-drag.ts'
import { useTileMotion } from './use-tile-motion.ts'

const TimelineScrubber = lazyPart(async () => ({
  default: (await import('./timeline-scrubber.tsx')).TimelineScrubber,
}))

export interface PictureGridProps extends PictureActions, RowContext {
  sections: readonly Section[]
  count: number
  /** Called with the pictures in view, so that they are fetched. */
  onRange: (first: number, last: number) => void
  rowHeight: number
  /** Whether the sections are months, from which a scrubber can be made. */
  isTimeline?: boolean
  /** Position of the picture that receives the focus when a view is closed. */
  returnTo: number | undefined
  onReturned: () => void
  /** Whether the list is shown from its beginning. */
  onTop: (isAtTop: boolean) => void
  /** Another list begins at the top, unless its place is remembered. */
  resetKey: string
  /** Whether the pictures are those of another list, until this one is loaded. */
  isOfBefore?: boolean
}

/** Pictures in justified rows. Only rows in view are in the document, so the list can have any length. */
export function PictureGrid(props: PictureGridProps) {
  const { sections, count } = props
  const scrollRef = useRef<HTMLElement>(null)
  const gridRef = useRef<HTMLDivElement>(null)
  const { width, height: viewHeight } = useElementSize(scrollRef)
  const layout = useGridLayout(props, width)
  const active = useGridFocus(scrollRef, gridRef, props)
  const isReady = width > 0 && count > 0
  const onHold = useRangeDrag(scrollRef, gridRef, props)
  const list = { ...props, layout, viewHeight, isReady, onReset: active.restart }
  const place = useListPlace(scrollRef, list)
  const moveTo = (index: number) => {
    const row = layout.rowOf(index)
    if (row === undefined) return
    active.set(index)
    place.reveal(row)
    focusSoon(scrollRef.current!, index)
  }
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each return
  useEffect(() => {
    if (props.returnTo === undefined || !isReady) return
    moveTo(props.returnTo)
    props.onReturned()
  }, [props.returnTo, isReady])

  const { rows, heads, first, last } = useRowsInView(list, place.scroll)
  const shift = place.scroll.shift()
  useTileMotion(gridRef, { rows, gap: props.gap, offset: place.scroll.offset(), imageAt: props.imageAt })
  const hasScrubber = props.isTimeline === true && sections.length > 1 && layout.height > viewHeight
  const onKeyDown = (event: KeyboardEvent) =>
    onGridKey(event, { ...props, layout, moveTo, viewHeight: () => viewHeight, activeIndex: active.index })
  return (
    <div className="relative h-full">
      <section
        ref={scrollRef}
        aria-label={messages.gallery.grid}
        onScroll={place.scroll.onScroll}
        onFocus={active.onFocus}
        onBlur={active.onBlur}
        // The last row can be scrolled clear of what floats at the lower edge.
        className={`h-full overflow-x-hidden overflow-y-auto px-5 pb-[min(6rem,15dvh)] phone:px-1 phone:pb-[calc(env(safe-area-inset-bottom)+5.5rem)] ${hasScrubber ? 'pr-19 [scrollbar-width:none] phone:pr-1' : ''}`}
        data-testid="grid"
      >
        <div className="relative isolate" style={{ height: place.scroll.height }}>
          {heads.map(({ section, top }) => (
            <SectionHead key={section.key} section={section} top={top - shift} />
          ))}
          <GridRows
            ref={gridRef}
            grid={props}
            onHold={onHold}
            rows={rows}
            rowCount={layout.rowCount}
            shift={shift}
            tabStop={active.index >= first && active.index <= last ? active.index : first}
            onKeyDown={onKeyDown}
          />
        </div>
      </section>
      {hasScrubber && (
        <TimelineScrubber
          layout={layout}
          viewHeight={viewHeight}
          offset={place.scroll.offset()}
          onJump={place.scrollTo}
        />
      )}
    </div>
  )
}

interface GridRowsProps {
  ref: RefObject<HTMLDivElement | null>
  grid: PictureGridProps
  onHold: TileActions['onHold']
  rows: readonly PlacedRow[]
  /** In the whole list. */
  rowCount: number
  shift: number
  tabStop: number
  onKeyDown: (event: KeyboardEvent) => void
}

/** The rows in view, with the role and the keys of a grid. */
function GridRows({ ref, grid, onHold, rows, rowCount, shift, tabStop, onKeyDown }: GridRowsProps) {
  const actions = useStableActions(grid, onHold)
  return (
    // biome-ignore lint/a11y/useSemanticElements: a table has no rows that are placed freely
    <div
      ref={ref}
      role="grid"
      tabIndex={-1}
      aria-label={messages.gallery.grid}
      aria-rowcount={rowCount}
      aria-multiselectable="true"
      onKeyDown={onKeyDown}
      className="absolute inset-0 outline-none"
    >
      {rows.map((row) => (
        <GridRow key={row.index} row={row} shift={shift} tabStop={tabStop} grid={grid} actions={actions} />
      ))}
    </div>
  )
}

function SectionHead({ section, top }: { section: Section; top: number }) {
  return (
    <div
      // Above the grid, which would take the clicks on the button.
      className="absolute inset-x-0 top-0 z-1 flex h-8.5 items-baseline gap-2 pt-1 phone:px-3"
      style={{ transform: `translateY(${top}px)` }}
    >
      <h2 className="title min-w-0 truncate text-20">{section.title}</h2>
      <span className="shrink-0 whitespace-nowrap text-13 text-ink-2 tabular-nums">{section.detail}</span>
      {section.action && (
        <button
          type="button"
          onClick={section.action.run}
          className="ml-auto shrink-0 whitespace-nowrap rounded-control px-2 py-1 font-medium text-13 hover:bg-sunken coarse:py-2.5"
        >
          {section.action.text}
        </button>
      )}
    </div>
  )
}

/** The same functions for the whole life of a grid: its tiles are rendered only where they change. */
function useStableActions(props: PictureGridProps, onHold: TileActions['onHold']): TileActions {
  const latest = useRef({ ...props, onHold })
  latest.current = { ...props, onHold }
  const canSearch = props.onAddTerms !== undefined
  const hasMenu = props.onMenu !== undefined
  return useMemo(
    () => ({
      onOpen: (image, index) => latest.current.onOpen(image, index),
      onToggle: (image, index, isRange) => latest.current.onToggle(image, index, isRange),
      onHold: (...held) => latest.current.onHold(...held),
      ...(canSearch && {
        onAddTerms: (image, isWanted) => latest.current.onAddTerms?.(image, isWanted),
        onFindSimilar: (image) => latest.current.onFindSimilar?.(image),
        onFiles: (image) => latest.current.onFiles?.(image),
      }),
      ...(hasMenu && { onMenu: (image, index, at) => latest.current.onMenu?.(image, index, at) }),
    }),
    [canSearch, hasMenu],
  )
}
