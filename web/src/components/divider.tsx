import { type PointerEvent, useRef } from 'react'

interface DividerProps {
  label: string
  /** The line between panes side by side is vertical. */
  orientation: 'vertical' | 'horizontal'
  /** Share of the first pane, 0…1. */
  share: number
  min: number
  max: number
  /** A drag to a smaller share closes the pane. At most `min`. */
  closeBelow: number
  onShare: (share: number) => void
  /** Back to the default. */
  onReset: () => void
  onClose: () => void
}

const KEY_STEP = 0.02

/** The line between two panes, which lie in an element with `data-panes`: dragged, moved by arrow keys, reset by a double click or Enter. */
export function Divider(props: DividerProps) {
  const { label, orientation, share, min, max, closeBelow, onShare, onReset, onClose } = props
  const isVertical = orientation === 'vertical'
  const start = useRef<{ at: number; share: number; size: number }>(undefined)
  const positionOf = (event: PointerEvent) => (isVertical ? event.clientX : event.clientY)
  const within = (value: number) => Math.max(min, Math.min(max, value))
  const onPointerDown = (event: PointerEvent<HTMLElement>) => {
    const { width, height } = event.currentTarget.closest('[data-panes]')!.getBoundingClientRect()
    event.currentTarget.setPointerCapture(event.pointerId)
    start.current = { at: positionOf(event), share, size: isVertical ? width : height }
  }
  const onPointerMove = (event: PointerEvent) => {
    if (start.current === undefined) return
    const { at, share: from, size } = start.current
    const wanted = from + (positionOf(event) - at) / size
    if (wanted < closeBelow) {
      start.current = undefined
      onClose()
    } else onShare(within(wanted))
  }
  const end = () => {
    start.current = undefined
  }
  return (
    // biome-ignore lint/a11y/useSemanticElements: a line of text can't be moved
    <div
      role="separator"
      tabIndex={0}
      aria-label={label}
      aria-orientation={orientation}
      aria-valuenow={Math.round(share * 100)}
      aria-valuemin={Math.round(min * 100)}
      aria-valuemax={Math.round(max * 100)}
      onPointerDown={onPointerDown}
      onPointerMove={onPointerMove}
      onPointerUp={end}
      onPointerCancel={end}
      onDoubleClick={onReset}
      onKeyDown={(event) => {
        const smaller = isVertical ? 'ArrowLeft' : 'ArrowUp'
        const larger = isVertical ? 'ArrowRight' : 'ArrowDown'
        if (event.key === smaller) onShare(within(share - KEY_STEP))
        else if (event.key === larger) onShare(within(share + KEY_STEP))
        else if (event.key === 'Enter') onReset()
        else return
        event.preventDefault()
      }}
      className={`group relative z-10 shrink-0 touch-none bg-line outline-none before:absolute ${isVertical ? 'w-px cursor-col-resize before:inset-y-0 before:-left-2 before:w-4' : 'h-px cursor-row-resize before:inset-x-0 before:-top-2 before:h-4'}`}
    >
      <span
        aria-hidden="true"
        className={`pointer-events-none absolute grid place-items-center rounded-md border border-line bg-surface shadow-low group-focus-visible:focus-ring ${isVertical ? '-left-1 top-1/2 h-14 w-2.25 -translate-y-1/2' : '-top-1 left-1/2 h-2.25 w-14 -translate-x-1/2'}`}
      >
        <span className={`rounded-full bg-line-strong ${isVertical ? 'h-5 w-0.5' : 'h-0.5 w-5'}`} />
      </span>
    </div>
  )
}
