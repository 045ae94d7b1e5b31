import { observeElementOffset, useVirtualizer } from '@tanstack/react-virtual'
import {
  type KeyboardEvent,
  useCallback,
  useEffect,
  useLayoutEffect,
  useReducer,
  useRef,
  useState,
} from 'react'
import { flushSync } from 'react-dom'
import type { Image } from '../api/client.ts'
import { messages } from '../messages.ts'
import { createScrollScale, follow, type Place, type ScrollScale } from './scroll-scale.ts'
import { Tile, type TileActions } from './tile.tsx'

interface ImageGridProps extends TileActions {
  count: number
  /** undefined while it is being fetched. */
  imageAt: (index: number) => Image | undefined
  /** Tells which images are in view, so that they can be fetched. */
  onRange: (first: number, last: number) => void
  /** Least width of a tile in CSS pixels. */
  tileSize: number
  selected: ReadonlySet<string>
  /** Of an image, with all that are selected if it is. */
  onDelete: (image: Image | undefined) => void
  onClearSelection: () => void
  onSelectAll: () => void
  /** The place that gets the focus back. */
  returnTo: number | undefined
  onReturned: () => void
  /** Whether the list is shown from its beginning. */
  onTop: (isAtTop: boolean) => void
  /** When this changes, the grid begins at the top again. */
  resetKey: string
}

const GAP = 6
const OVERSCAN_ROWS = 3

/** A grid of square tiles; only those in view are in the document, so it can be any length. */
export function ImageGrid(props: ImageGridProps) {
  const { count, imageAt, onRange, tileSize, selected, onTop, resetKey, returnTo, onReturned } = props
  const scrollRef = useRef<HTMLElement>(null)
  const [active, setActive] = useState(0)
  const hadFocus = useRef(false)
  const width = useWidth(scrollRef)
  const columns = Math.max(2, Math.floor((width + GAP) / (tileSize + GAP)))
  const side = width === 0 ? tileSize : (width - GAP * (columns - 1)) / columns
  const rows = Math.ceil(count / columns)

  const scale = useRef<ScrollScale>(undefined!)
  scale.current = createScrollScale(rows * (side + GAP), scrollRef.current?.clientHeight ?? 0)
  const place = useRef<Place>({ top: 0, offset: 0 })
  const [, renderAnew] = useReducer((n: number) => n + 1, 0)
  const followTo = useCallback((top: number) => {
    const { clientHeight } = scrollRef.current!
    place.current = follow(place.current, top, clientHeight, scale.current)
    return place.current.offset
  }, [])
  /** Puts the scroll bar where it belongs; the list stays where it is. */
  const settle = useCallback(() => {
    const { offset } = place.current
    const top = scale.current.topAt(offset)
    if (Math.abs(top - place.current.top) < 1) return
    scrollRef.current!.scrollTop = top
    place.current = { top: scrollRef.current!.scrollTop, offset }
    // In the same frame: rows are placed by how far the element is scrolled.
    flushSync(renderAnew)
  }, [])
  const virtualizer = useVirtualizer({
    count: rows,
    getScrollElement: () => scrollRef.current,
    estimateSize: () => side + GAP,
    overscan: OVERSCAN_ROWS,
    observeElementOffset: (instance, onOffset) =>
      observeElementOffset(instance, (top, isScrolling) => {
        onOffset(followTo(top), isScrolling)
        if (!isScrolling) settle()
      }),
  })
  const scrollTo = useCallback((offset: number) => {
    const element = scrollRef.current!
    const by = offset - place.current.offset
    if (Math.abs(by) < element.clientHeight) element.scrollTop = place.current.top + by
    else {
      element.scrollTop = scale.current.topAt(offset)
      place.current = { top: element.scrollTop, offset }
    }
  }, [])
  const scrollToRow = (row: number) => {
    const { clientHeight } = scrollRef.current!
    const from = place.current.offset
    if (row * (side + GAP) < from) scrollTo(row * (side + GAP))
    else if ((row + 1) * (side + GAP) > from + clientHeight) scrollTo((row + 1) * (side + GAP) - clientHeight)
  }
  const firstShown = useRef(0)
  useLayoutEffect(() => {
    virtualizer.measure()
    // What was at the top stays there, however many are in a row now.
    const row = Math.floor(firstShown.current / columns)
    if (row > 0) scrollTo(row * (side + GAP))
  }, [side, columns, virtualizer, scrollTo])
  // A grid that is shown anew begins at its top.
  // biome-ignore lint/correctness/useExhaustiveDependencies: once
  useEffect(() => onTop(true), [])
  // biome-ignore lint/correctness/useExhaustiveDependencies: another list begins at its top
  useLayoutEffect(() => {
    scrollTo(0)
    firstShown.current = 0
    setActive(0)
    // Who was in the grid is in it still, although what had the focus is no longer there.
    if (hadFocus.current) focusSoon(scrollRef.current!, 0)
  }, [resetKey])

  useEffect(() => {
    const onDown = ({ target }: PointerEvent) => {
      hadFocus.current = scrollRef.current?.contains(target as Node) ?? false
    }
    addEventListener('pointerdown', onDown, true)
    return () => removeEventListener('pointerdown', onDown, true)
  }, [])

  // Who deletes goes on with what has come in its place.
  // biome-ignore lint/correctness/useExhaustiveDependencies: when there are fewer or more, or others
  useEffect(() => {
    const isNowhere = document.activeElement === document.body
    if (hadFocus.current && isNowhere && count > 0) focusSoon(scrollRef.current!, Math.min(active, count - 1))
  }, [count, imageAt(active)?.id])

  const visible = virtualizer.getVirtualItems()
  const shift = shiftOf(place.current)
  const used = new Set<string>()
  /** A list that has grown meanwhile shows some images twice, until it is fetched anew. */
  const keyOf = (id: string | undefined, index: number) => {
    if (id === undefined || used.has(id)) return index
    used.add(id)
    return id
  }
  const first = (visible[0]?.index ?? 0) * columns
  const last = Math.min(count - 1, ((visible.at(-1)?.index ?? 0) + 1) * columns - 1)
  useEffect(() => onRange(first, last), [first, last, onRange])
  const tabStop = active >= first && active <= last ? active : first

  const moveTo = (index: number) => {
    if (index < 0 || index >= count) return
    setActive(index)
    scrollToRow(Math.floor(index / columns))
    focusSoon(scrollRef.current!, index)
  }
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each return
  useEffect(() => {
    if (returnTo === undefined) return
    moveTo(returnTo)
    onReturned()
  }, [returnTo])
  const onKeyDown = (event: KeyboardEvent) => {
    const index = Number((event.target as HTMLElement).dataset.index)
    const image = imageAt(index)
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'a') {
      event.preventDefault()
      props.onSelectAll()
    }
    if (Number.isNaN(index) || event.ctrlKey || event.metaKey || event.altKey) return
    const page = columns * Math.max(1, Math.floor(scrollRef.current!.clientHeight / (side + GAP)))
    const steps: Record<string, number> = {
      ArrowLeft: index - 1,
      ArrowRight: index + 1,
      ArrowUp: index - columns,
      ArrowDown: index + columns,
      PageUp: Math.max(index % columns, index - page),
      PageDown: Math.min(count - 1, index + page),
      Home: 0,
      End: count - 1,
    }
    const actions: Record<string, () => void> = {
      ' ': () => image && props.onToggle(image, index, event.shiftKey),
      '+': () => image && props.onAddTerms(image, true),
      '-': () => image && props.onAddTerms(image, false),
      Delete: () => props.onDelete(image),
      Escape: props.onClearSelection,
    }
    const act = event.key in steps ? () => moveTo(steps[event.key]!) : actions[event.key]
    if (act === undefined) return
    event.preventDefault()
    // A key that is held down moves on, but does not do to the next image what was meant for one.
    if (event.key in steps || !event.repeat) act()
  }

  return (
    <section
      ref={scrollRef}
      aria-label={messages.gallery.grid}
      onKeyDown={onKeyDown}
      onScroll={({ currentTarget: { scrollTop } }) => {
        firstShown.current = Math.round(followTo(scrollTop) / (side + GAP)) * columns
        // Then the rows have not moved with the element, but have to be placed.
        if (Math.abs(shiftOf(place.current) - shift) > 0.5) renderAnew()
        onTop(place.current.offset < side)
      }}
      onFocus={({ target }) => {
        hadFocus.current = true
        if (target.dataset.index !== undefined) setActive(Number(target.dataset.index))
      }}
      onBlur={({ relatedTarget, currentTarget }) => {
        // A tile that leaves the document is told of nowhere, and nobody gets the focus in its place.
        if (relatedTarget !== null) hadFocus.current = currentTarget.contains(relatedTarget)
      }}
      className="h-full overflow-y-auto px-3 pt-1 pb-24 sm:px-4"
      data-testid="grid"
    >
      <ul className="relative m-0 list-none p-0" style={{ height: scale.current.height }}>
        {visible.flatMap((row) =>
          Array.from({ length: columns }, (_, column) => {
            const index = row.index * columns + column
            if (index >= count) return null
            const image = imageAt(index)
            return (
              <li
                key={keyOf(image?.id, index)}
                aria-setsize={count}
                aria-posinset={index + 1}
                className="absolute top-0 left-0"
                style={{
                  width: side,
                  height: side,
                  transform: `translate(${column * (side + GAP)}px, ${row.start - shift}px)`,
                }}
              >
                {image === undefined ? (
                  <div className="size-full rounded-lg bg-raised" />
                ) : (
                  <Tile
                    image={image}
                    index={index}
                    isSelected={selected.has(image.id)}
                    isSelecting={selected.size > 0}
                    isTabStop={index === tabStop}
                    onOpen={props.onOpen}
                    onToggle={props.onToggle}
                    onAddTerms={props.onAddTerms}
                  />
                )}
              </li>
            )
          }),
        )}
      </ul>
    </section>
  )
}

/** By how much rows stand higher in the element than in the list. */
function shiftOf({ top, offset }: Place): number {
  return offset - top
}

/** So long a tile that was far away may take to be fetched and rendered. */
const FOCUS_WITHIN_MS = 3000

/** Unless somebody goes elsewhere meanwhile. */
function focusSoon(container: HTMLElement, index: number, until = performance.now() + FOCUS_WITHIN_MS): void {
  const tile = container.querySelector<HTMLElement>(`[data-index="${index}"]`)
  const { activeElement } = document
  const isElsewhere = activeElement !== document.body && !container.contains(activeElement)
  if (tile !== null) tile.focus({ preventScroll: true })
  else if (!isElsewhere && performance.now() < until)
    requestAnimationFrame(() => focusSoon(container, index, until))
}

function useWidth(ref: React.RefObject<HTMLElement | null>): number {
  const [width, setWidth] = useState(0)
  useLayoutEffect(() => {
    const element = ref.current!
    const measure = () => {
      const style = getComputedStyle(element)
      setWidth(
        element.clientWidth - Number.parseFloat(style.paddingLeft) - Number.parseFloat(style.paddingRight),
      )
    }
    measure()
    const observer = new ResizeObserver(measure)
    observer.observe(element)
    return () => observer.disconnect()
  }, [ref])
  return width
}
