import {
  type KeyboardEvent,
  type PointerEvent,
  type RefObject,
  useEffect,
  useMemo,
  useRef,
  useState,
} from 'react'
import { messages } from '../messages/messages.ts'
import type { GridLayout } from './grid-layout.ts'
import { type MonthPlace, monthAfterKey, monthAt, timelineMarks } from './timeline-marks.ts'
import { useElementSize } from './use-element-size.ts'

interface TimelineScrubberProps {
  layout: GridLayout
  /** Position of the visible part of the list. */
  viewHeight: number
  /** Scroll position of the list. */
  offset: number
  onJump: (offset: number) => void
}

/** On a touch screen it stays for this long after the list was scrolled. */
const SHOWN_MS = 1_200

/**
 * Years and months beside the gallery: a press or a drag goes there at once, as do the arrow keys. On a phone they lie over the pictures,
 * so that only the thumb takes fingers.
 */
export function TimelineScrubber({ layout, viewHeight, offset, onJump }: TimelineScrubberProps) {
  const trackRef = useRef<HTMLDivElement>(null)
  const { height } = useElementSize(trackRef)
  const isScrolled = useRecentChange(offset)
  const length = Math.max(1, layout.height - viewHeight)
  // biome-ignore lint/correctness/useExhaustiveDependencies: places move when parts are measured
  const months = useMemo(
    () =>
      layout
        .sectionTops()
        .map(({ section: { key, count }, top }): MonthPlace => ({ month: key, count, top })),
    [layout, layout.height],
  )
  const names = useMemo(() => layout.sectionTops().map(({ section }) => section.title), [layout])
  const { bars, labels } = useMemo(() => timelineMarks(months, length, height), [months, length, height])
  const at = monthAt(months, offset + 1)
  const share = Math.min(1, offset / length)
  const drag = useScrubbing(trackRef, share, (to) => onJump(to * length))
  const onKeyDown = (event: KeyboardEvent) => {
    const target = monthAfterKey(months, at, event.key)
    if (target === undefined || event.ctrlKey || event.metaKey || event.altKey) return
    event.preventDefault()
    onJump(Math.min(length, months[target]?.top ?? 0))
  }
  return (
    <div
      role="slider"
      tabIndex={0}
      aria-label={messages.gallery.timeline}
      aria-orientation="vertical"
      aria-valuemin={0}
      aria-valuemax={Math.max(0, months.length - 1)}
      aria-valuenow={Math.max(0, at)}
      aria-valuetext={names[at] ?? ''}
      data-shown={isScrolled || drag.isDragged || undefined}
      onKeyDown={onKeyDown}
      {...drag.handlers}
      className="group absolute inset-y-0 right-0 w-16 cursor-pointer touch-none py-6 select-none phone:pointer-events-none phone:invisible phone:w-11 phone:focus-visible:visible phone:data-shown:visible"
    >
      <div ref={trackRef} className="relative h-full">
        <Scale bars={bars} labels={labels} />
        <span
          aria-hidden="true"
          className="absolute right-0 -translate-y-1/2 rounded-l-full bg-bar py-1.5 pr-3 pl-4 font-semibold text-12 text-on-bar whitespace-nowrap shadow-rest phone:right-2 phone:rounded-full"
          style={{ top: `${share * 100}%` }}
        >
          {names[at]}
        </span>
        <span
          aria-hidden="true"
          data-thumb
          className="pointer-events-auto absolute right-0 hidden h-13 w-11 -translate-y-1/2 after:absolute after:inset-y-0 after:right-0 after:w-1.5 after:rounded-l-full after:bg-bar phone:block"
          style={{ top: `${share * 100}%` }}
        />
      </div>
    </div>
  )
}

/** The lengths of the months, and the names of months or years that have room. */
function Scale({ bars, labels }: Pick<ReturnType<typeof timelineMarks>, 'bars' | 'labels'>) {
  return (
    <>
      {bars.map(({ y, share: width }) => (
        <span
          key={y}
          aria-hidden="true"
          className="absolute right-3 h-px bg-line-strong phone:hidden"
          style={{ top: y, width: `${4 + 20 * width}px` }}
        />
      ))}
      {labels.map(({ y, text }) => (
        <span
          key={y}
          aria-hidden="true"
          className="absolute right-3 -translate-y-1/2 rounded-full bg-page pl-1.5 text-11 text-ink-2 phone:bg-picture-veil phone:px-2.5 phone:py-1 phone:font-medium phone:text-on-picture"
          style={{ top: y }}
        >
          {text}
        </span>
      ))}
    </>
  )
}

/**
 * A press or a drag on the track. The thumb is dragged from where it was taken: a touch alone does not move it.
 * @param at place of the thumb on the track, from 0 to 1
 * @param onShare called with its new place
 */
function useScrubbing(trackRef: RefObject<HTMLElement | null>, at: number, onShare: (share: number) => void) {
  const [isDragged, setDragged] = useState(false)
  /** From the middle of the thumb to the pointer, in pixels. */
  const grip = useRef(0)
  const jumpTo = (clientY: number) => {
    const { top, height } = trackRef.current!.getBoundingClientRect()
    onShare(Math.max(0, Math.min(1, (clientY - grip.current - top) / Math.max(1, height))))
  }
  const handlers = {
    onPointerDown: (event: PointerEvent<HTMLElement>) => {
      if (event.button !== 0) return
      event.currentTarget.setPointerCapture(event.pointerId)
      setDragged(true)
      const { top, height } = trackRef.current!.getBoundingClientRect()
      const isThumb = event.target instanceof Element && event.target.matches('[data-thumb]')
      grip.current = isThumb ? event.clientY - top - at * height : 0
      if (!isThumb) jumpTo(event.clientY)
    },
    onPointerMove: ({ clientY }: PointerEvent) => isDragged && jumpTo(clientY),
    onPointerUp: () => setDragged(false),
    onPointerCancel: () => setDragged(false),
  }
  return { isDragged, handlers }
}

/** Whether a value has changed lately, apart from its first one. */
function useRecentChange(value: number): boolean {
  const [isRecent, setRecent] = useState(false)
  const first = useRef(value)
  useEffect(() => {
    if (value === first.current) return
    first.current = value
    setRecent(true)
    const timer = setTimeout(() => setRecent(false), SHOWN_MS)
    return () => clearTimeout(timer)
  }, [value])
  return isRecent
}
