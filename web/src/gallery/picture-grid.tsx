import { useEffect, useLayoutEffect, useMemo, useRef } from 'react'
import type { Image } from '../api/client.ts'
import { messages } from '../messages/messages.ts'
import { focusSoon } from './focus-soon.ts'
import { aspectOf, GridLayout, type Section } from './grid-layout.ts'
import { GridRow, type RowContext, type TileActions } from './grid-row.tsx'
import { TimelineScrubber } from './timeline-scrubber.tsx'
import { useElementSize } from './use-element-size.ts'
import { useGridFocus } from './use-grid-focus.ts'
import { onGridKey, type PictureActions } from './use-grid-keys.ts'
import { useListScroll } from './use-list-scroll.ts'
import { usePlaceMemory } from './use-place-memory.ts'

export interface PictureGridProps extends PictureActions, RowContext {
  sections: readonly Section[]
  count: number
  /** Called with the pictures in view, so that they are fetched. */
  onRange: (first: number, last: number) => void
  rowHeight: number
  /** Whether the sections are months, from which a scrubber can be made. */
  isTimeline?: boolean
  /** The place that gets the focus back. */
  returnTo: number | undefined
  onReturned: () => void
  /** Whether the list is shown from its beginning. */
  onTop: (isAtTop: boolean) => void
  /** Another list begins at the top, unless its place is remembered. */
  resetKey: string
  className?: string
}

const HEAD_HEIGHT = 34
/** Laid out beyond what is seen, in CSS pixels. */
const OVERSCAN = 600

/** Pictures in justified rows. Only rows in view are in the document, so the list can have any length. */
export function PictureGrid(props: PictureGridProps) {
  const { sections, count, imageAt, onRange, rowHeight, gap, onTop, resetKey } = props
  const scrollRef = useRef<HTMLElement>(null)
  const { width, height: viewHeight } = useElementSize(scrollRef)
  const sectionsKey = sections.map(({ key, count: own, meanAspect }) => `${key} ${own} ${meanAspect}`).join()
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key stands for the sections
  const layout = useMemo(
    () =>
      new GridLayout(width === 0 ? [] : sections, {
        width: Math.max(1, width),
        rowHeight,
        gap,
        headHeight: HEAD_HEIGHT,
      }),
    [sectionsKey, width, rowHeight, gap],
  )
  const scroll = useListScroll(scrollRef, layout.height)
  const anchor = useRef({ index: 0, delta: 0 })
  measureAround(layout, scroll.offset(), viewHeight, imageAt)
  const anchored = layout.rowOf(anchor.current.index)
  if (anchored !== undefined && anchor.current.index > 0) scroll.rebase(anchored.top + anchor.current.delta)

  const actions = useStableActions(props)
  const place = usePlaceMemory(resetKey)
  const gridRef = useRef<HTMLDivElement>(null)
  const active = useGridFocus(scrollRef, gridRef, props)
  const noteAnchor = () => {
    const offset = scroll.offset()
    const row = layout.rowAt(offset)
    anchor.current =
      row === undefined ? { index: 0, delta: 0 } : { index: row.index, delta: offset - row.top }
    place.remember(anchor.current)
    onTop(offset < rowHeight)
  }
  const isReady = width > 0 && count > 0
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each list
  useLayoutEffect(() => {
    if (!isReady) return
    anchor.current = place.recall() ?? { index: 0, delta: 0 }
    const { index, delta } = anchor.current
    const row = index > 0 && index < count ? layout.rowOf(index) : undefined
    scroll.scrollTo(row === undefined ? 0 : row.top + delta)
    onTop(row === undefined)
    active.restart()
  }, [resetKey, isReady])

  const moveTo = (index: number) => {
    const row = layout.rowOf(index)
    if (row === undefined) return
    active.set(index)
    const from = scroll.offset()
    if (row.top < from) scroll.scrollTo(Math.max(0, row.top - (row.index === 0 ? HEAD_HEIGHT : 0)))
    else if (row.top + row.height > from + viewHeight)
      scroll.scrollTo(row.top + row.height + gap - viewHeight)
    noteAnchor()
    focusSoon(scrollRef.current!, index)
  }
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each return
  useEffect(() => {
    if (props.returnTo === undefined || !isReady) return
    moveTo(props.returnTo)
    props.onReturned()
  }, [props.returnTo, isReady])

  const { rows, heads } = layout.visible(scroll.offset() - OVERSCAN, scroll.offset() + viewHeight + OVERSCAN)
  const first = rows[0]?.index ?? 0
  const last = Math.max(0, (rows.at(-1)?.index ?? 0) + (rows.at(-1)?.widths.length ?? 1) - 1)
  useEffect(() => onRange(first, last), [first, last, onRange])
  const tabStop = active.index >= first && active.index <= last ? active.index : first
  const shift = scroll.shift()
  const hasScrubber = props.isTimeline === true && sections.length > 1 && layout.height > viewHeight

  return (
    <div className="relative h-full">
      <section
        ref={scrollRef}
        aria-label={messages.gallery.grid}
        onScroll={() => {
          scroll.onScroll()
          noteAnchor()
        }}
        onFocus={active.onFocus}
        onBlur={active.onBlur}
        className={`h-full overflow-x-hidden overflow-y-auto ${hasScrubber ? 'pr-19 [scrollbar-width:none] phone:pr-1' : ''} ${props.className ?? ''}`}
        data-testid="grid"
      >
        <div className="relative" style={{ height: scroll.height }}>
          {heads.map(({ section, top }) => (
            <SectionHead key={section.key} section={section} top={top - shift} />
          ))}
          {/* biome-ignore lint/a11y/useSemanticElements: a table has no rows that are placed freely */}
          <div
            ref={gridRef}
            role="grid"
            tabIndex={-1}
            aria-label={messages.gallery.grid}
            aria-rowcount={layout.rowCount}
            aria-multiselectable="true"
            onKeyDown={(event) =>
              onGridKey(event, {
                ...props,
                layout,
                moveTo,
                viewHeight: () => viewHeight,
                activeIndex: active.index,
              })
            }
            className="absolute inset-0 outline-none"
          >
            {rows.map((row) => (
              <GridRow
                key={row.index}
                row={row}
                shift={shift}
                tabStop={tabStop}
                grid={props}
                actions={actions}
              />
            ))}
          </div>
        </div>
      </section>
      {hasScrubber && (
        <TimelineScrubber
          layout={layout}
          viewHeight={viewHeight}
          offset={scroll.offset()}
          onJump={(offset) => {
            scroll.scrollTo(offset)
            noteAnchor()
          }}
        />
      )}
    </div>
  )
}

function SectionHead({ section, top }: { section: Section; top: number }) {
  return (
    <div
      className="absolute inset-x-0 top-0 flex h-8.5 items-baseline gap-2 phone:px-3"
      style={{ transform: `translateY(${top}px)` }}
    >
      <h2 className="title text-20">{section.title}</h2>
      <span className="text-13 text-ink-2">{section.detail}</span>
      {section.action && (
        <button
          type="button"
          onClick={section.action.run}
          className="z-1 ml-auto rounded-control px-2 py-1 font-medium text-13 hover:bg-sunken coarse:py-2.5"
        >
          {section.action.text}
        </button>
      )}
    </div>
  )
}

/** Lays out exactly what is near to the view; a second pass covers what the first moved into it. */
function measureAround(
  layout: GridLayout,
  offset: number,
  viewHeight: number,
  imageAt: (index: number) => Image | undefined,
): void {
  const aspectAt = (index: number) => {
    const image = imageAt(index)
    return image && aspectOf(image)
  }
  for (let pass = 0; pass < 2; pass++)
    if (!layout.measure(offset - OVERSCAN, offset + viewHeight + OVERSCAN, aspectAt)) return
}

/** The same functions for the whole life of a grid: its tiles are rendered only where they change. */
function useStableActions(props: PictureGridProps): TileActions {
  const latest = useRef(props)
  latest.current = props
  const canSearch = props.onAddTerms !== undefined
  const hasMenu = props.onMenu !== undefined
  return useMemo(
    () => ({
      onOpen: (image, index) => latest.current.onOpen(image, index),
      onToggle: (image, index, isRange) => latest.current.onToggle(image, index, isRange),
      ...(canSearch && {
        onAddTerms: (image, isWanted) => latest.current.onAddTerms?.(image, isWanted),
        onFindSimilar: (image) => latest.current.onFindSimilar?.(image),
      }),
      ...(hasMenu && { onMenu: (image, index, at) => latest.current.onMenu?.(image, index, at) }),
    }),
    [canSearch, hasMenu],
  )
}
