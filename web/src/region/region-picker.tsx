import { type KeyboardEvent, type PointerEvent, useRef, useState } from 'react'
import { Button } from '../components/button.tsx'
import { Pill } from '../components/pill.tsx'
import { messages } from '../messages/messages.ts'
import type { Region } from '../state/query-terms.ts'

export interface RegionPickerProps {
  src: string
  name: string
  size?: { width: number; height: number }
  /** undefined: the whole picture. */
  region: Region | undefined
  /** @param isDone whether the hand has let go */
  onChange: (region: Region | undefined, isDone: boolean) => void
  onTrace?: () => void
}

const MIDDLE: Region = [0.25, 0.25, 0.5, 0.5]
const MIN_SIDE = 0.02
const STEP = 0.01
const CHANGE_EVERY_MS = 150

/** A picture of which a box is chosen. */
export function RegionPicker({ src, name, size, region, onChange, onTrace }: RegionPickerProps) {
  const imageRef = useRef<HTMLImageElement>(null)
  const [box, setBox] = useState<Region>()
  const start = useRef<[x: number, y: number]>(undefined)
  const reportedAt = useRef(0)
  const shown = box ?? region
  const pointOf = (event: PointerEvent): [number, number] => {
    const { left, top, width, height } = imageRef.current!.getBoundingClientRect()
    return [within((event.clientX - left) / width, 0, 1), within((event.clientY - top) / height, 0, 1)]
  }
  const onPointerMove = (event: PointerEvent) => {
    if (start.current === undefined) return
    const next = between(start.current, pointOf(event))
    setBox(next)
    if (event.timeStamp - reportedAt.current < CHANGE_EVERY_MS || !isLarge(next)) return
    reportedAt.current = event.timeStamp
    onChange(next, false)
  }
  const onPointerUp = (event: PointerEvent) => {
    if (start.current === undefined) return
    const next = between(start.current, pointOf(event))
    start.current = undefined
    setBox(undefined)
    if (isLarge(next)) onChange(next, true)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const direction = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[
      event.key
    ]
    if (direction === undefined) return
    event.preventDefault()
    const step = event.ctrlKey ? STEP / 5 : STEP
    const [dx, dy] = direction.map((value) => value * step) as [number, number]
    const [x, y, width, height] = region ?? MIDDLE
    onChange(
      event.shiftKey
        ? [x, y, within(width + dx, MIN_SIDE, 1 - x), within(height + dy, MIN_SIDE, 1 - y)]
        : [within(x + dx, 0, 1 - width), within(y + dy, 0, 1 - height), width, height],
      true,
    )
  }
  return (
    <div className="absolute inset-0 flex flex-col gap-2 bg-page p-4">
      <p className="text-center">
        <span className="font-semibold [overflow-wrap:anywhere]">{name}</span>{' '}
        <span className="text-13 text-ink-2">{messages.region.hint}</span>
      </p>
      <div className="grid min-h-0 flex-1 [container-type:size] place-items-center">
        <div className="relative grid max-h-full max-w-full overflow-hidden rounded-tile">
          <img
            ref={imageRef}
            src={src}
            alt={name}
            {...size}
            draggable={false}
            className="h-auto max-h-[100cqh] w-auto max-w-full select-none object-contain"
          />
          {/* biome-ignore lint/a11y/useSemanticElements: a region of a picture has no element of its own */}
          <div
            role="group"
            // biome-ignore lint/a11y/noNoninteractiveTabindex: the arrow keys move the region
            tabIndex={0}
            aria-label={messages.region.area}
            aria-description={messages.region.keys}
            onKeyDown={onKeyDown}
            onPointerDown={(event) => {
              event.currentTarget.setPointerCapture(event.pointerId)
              start.current = pointOf(event)
            }}
            onPointerMove={onPointerMove}
            onPointerUp={onPointerUp}
            className="absolute inset-0 cursor-crosshair touch-none"
          >
            {shown && (
              <span
                className="pointer-events-none absolute rounded-sm border-2 border-surface shadow-veil"
                style={{
                  left: `${shown[0] * 100}%`,
                  top: `${shown[1] * 100}%`,
                  width: `${shown[2] * 100}%`,
                  height: `${shown[3] * 100}%`,
                }}
              />
            )}
          </div>
        </div>
      </div>
      <Pill label={messages.region.area} className="mx-auto">
        <Button variant="ghost" size="small" onClick={() => onChange(undefined, true)}>
          {messages.region.whole}
        </Button>
        {onTrace && (
          <Button variant="ghost" size="small" onClick={onTrace}>
            {messages.region.trace}
          </Button>
        )}
      </Pill>
    </div>
  )
}

function isLarge([, , width, height]: Region): boolean {
  return width >= MIN_SIDE && height >= MIN_SIDE
}

function between([ax, ay]: [number, number], [bx, by]: [number, number]): Region {
  return [Math.min(ax, bx), Math.min(ay, by), Math.abs(bx - ax), Math.abs(by - ay)]
}

function within(value: number, least: number, most: number): number {
  return Math.max(least, Math.min(most, value))
}
