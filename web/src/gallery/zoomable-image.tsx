import { type KeyboardEvent, type PointerEvent, useCallback, useEffect, useRef, useState } from 'react'
import { messages } from '../messages/messages.ts'
import type { Region } from '../state/query-terms.ts'
import type { Point, Zoom } from './use-zoom.ts'

interface ZoomableImageProps {
  src: string
  name: string
  /** Of the picture, in pixels, where they are known: it takes its room before it is there. */
  size?: { width: number; height: number }
  zoom: Zoom
  /** Whether dragging chooses a part of the picture instead of moving it. */
  isChoosingPart: boolean
  onPart: (region: Region) => void
}

/** A part narrower than this share of the picture is a slip of the hand. */
const MIN_REGION = 0.02
const MIDDLE: Region = [0.25, 0.25, 0.5, 0.5]

/** A picture that is zoomed by the wheel or two fingers and moved by dragging, or of which a part is chosen. */
export function ZoomableImage({ src, name, size, zoom, isChoosingPart, onPart }: ZoomableImageProps) {
  const frameRef = useRef<HTMLDivElement>(null)
  const imageRef = useRef<HTMLImageElement>(null)
  const [box, setBox] = useState<[from: Point, to: Point]>()
  /** The pointers that are down, with their places in the window. */
  const pointers = useRef(new Map<number, Point>())
  const { by: zoomBy } = zoom

  useEffect(() => {
    const frame = frameRef.current!
    const onWheel = (event: WheelEvent) => {
      event.preventDefault()
      zoomBy(Math.exp(-event.deltaY / 400), fromMiddle(frame, event))
    }
    // React listens to the wheel passively, which can't keep the page from scrolling.
    frame.addEventListener('wheel', onWheel, { passive: false })
    return () => frame.removeEventListener('wheel', onWheel)
  }, [zoomBy])

  const shareAt = (event: PointerEvent): Point => {
    const { left, top, width, height } = imageRef.current!.getBoundingClientRect()
    const within = (value: number) => Math.max(0, Math.min(1, value))
    return [within((event.clientX - left) / width), within((event.clientY - top) / height)]
  }
  const onPointerDown = (event: PointerEvent) => {
    if (event.button !== 0) return
    event.currentTarget.setPointerCapture(event.pointerId)
    pointers.current.set(event.pointerId, [event.clientX, event.clientY])
    // A second finger zooms, to see what is to be chosen.
    if (isChoosingPart) setBox(pointers.current.size === 1 ? [shareAt(event), shareAt(event)] : undefined)
  }
  const onPointerMove = (event: PointerEvent) => {
    const before = pointers.current.get(event.pointerId)
    if (before === undefined) return
    const now: Point = [event.clientX, event.clientY]
    pointers.current.set(event.pointerId, now)
    if (box !== undefined) {
      setBox([box[0], shareAt(event)])
      return
    }
    const other = [...pointers.current].find(([id]) => id !== event.pointerId)?.[1]
    if (other === undefined) zoom.move([now[0] - before[0], now[1] - before[1]])
    else {
      const middle = { clientX: (now[0] + other[0]) / 2, clientY: (now[1] + other[1]) / 2 }
      zoom.by(
        distance(now, other) / Math.max(1, distance(before, other)),
        fromMiddle(frameRef.current!, middle),
      )
    }
  }
  const onPointerUp = (event: PointerEvent) => {
    pointers.current.delete(event.pointerId)
    if (box === undefined) return
    setBox(undefined)
    const region = regionOf(box)
    if (region[2] >= MIN_REGION && region[3] >= MIN_REGION) onPart(region)
  }

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the large view zooms and moves by keyboard
    <div
      ref={frameRef}
      className={`grid h-full touch-none [container-type:size] place-items-center overflow-hidden ${isChoosingPart ? 'cursor-crosshair' : zoom.factor > 1 ? 'cursor-grab active:cursor-grabbing' : ''}`}
      onPointerDown={onPointerDown}
      onPointerMove={onPointerMove}
      onPointerUp={onPointerUp}
      onPointerCancel={(event) => {
        pointers.current.delete(event.pointerId)
        setBox(undefined)
      }}
      onDoubleClick={(event) => {
        if (isChoosingPart) return
        if (zoom.factor > 1) zoom.reset()
        else zoom.by(2.5, fromMiddle(frameRef.current!, event))
      }}
    >
      <div
        className="relative grid max-h-full min-h-0 max-w-full"
        style={{
          transform: `translate(${zoom.offset[0]}px, ${zoom.offset[1]}px) scale(${zoom.factor})`,
        }}
      >
        <img
          ref={imageRef}
          src={src}
          alt={name}
          {...size}
          draggable={false}
          className="h-auto max-h-[100cqh] w-auto max-w-full rounded-md object-contain select-none"
          style={{ minWidth: 'min(100%, 40vmin)' }}
        />
        {box !== undefined && (
          <span
            className="pointer-events-none absolute border-2 border-accent bg-accent/20"
            style={placeOf(regionOf(box))}
          />
        )}
        {isChoosingPart && box === undefined && <PartBox onPart={onPart} />}
      </div>
    </div>
  )
}

/** How a part is chosen, by what is at hand. */
export function PartHint({ className }: { className: string }) {
  return (
    <span className={`text-sm ${className}`}>
      {messages.viewer.partHint}
      <span className="hidden [@media(hover:hover)]:inline"> {messages.viewer.partKeys}</span>
    </span>
  )
}

const STEP = 0.02

/** The part for whoever has no pointer: moved by the arrow keys, made larger or smaller with Shift. */
function PartBox({ onPart }: { onPart: (region: Region) => void }) {
  const [region, setRegion] = useState(MIDDLE)
  const focus = useCallback((button: HTMLButtonElement | null) => {
    if (button === null) return
    // For a window that opens with it: that chooses what gets the focus itself.
    button.setAttribute('autofocus', '')
    button.focus()
  }, [])
  const onKeyDown = (event: KeyboardEvent) => {
    const step = (
      { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP] } as Record<
        string,
        Point
      >
    )[event.key]
    if (step === undefined) return
    event.preventDefault()
    event.stopPropagation()
    setRegion(event.shiftKey ? resized(region, step) : moved(region, step))
  }
  return (
    <button
      ref={focus}
      type="button"
      aria-label={messages.viewer.partSearch}
      onKeyDown={onKeyDown}
      onClick={() => onPart(region)}
      className="pointer-events-none absolute border-2 border-accent border-dashed"
      style={placeOf(region)}
    />
  )
}

function moved([x, y, width, height]: Region, [dx, dy]: Point): Region {
  return [within(x + dx, 0, 1 - width), within(y + dy, 0, 1 - height), width, height]
}

function resized([x, y, width, height]: Region, [dx, dy]: Point): Region {
  return [x, y, within(width + dx, MIN_REGION, 1 - x), within(height + dy, MIN_REGION, 1 - y)]
}

function within(value: number, least: number, most: number): number {
  return Math.max(least, Math.min(most, value))
}

function placeOf([x, y, width, height]: Region) {
  return {
    left: `${x * 100}%`,
    top: `${y * 100}%`,
    width: `${width * 100}%`,
    height: `${height * 100}%`,
  }
}

function regionOf([[ax, ay], [bx, by]]: [Point, Point]): Region {
  return [Math.min(ax, bx), Math.min(ay, by), Math.abs(bx - ax), Math.abs(by - ay)]
}

function fromMiddle(frame: HTMLElement, { clientX, clientY }: { clientX: number; clientY: number }): Point {
  const { left, top, width, height } = frame.getBoundingClientRect()
  return [clientX - left - width / 2, clientY - top - height / 2]
}

function distance([ax, ay]: Point, [bx, by]: Point): number {
  return Math.hypot(ax - bx, ay - by)
}
