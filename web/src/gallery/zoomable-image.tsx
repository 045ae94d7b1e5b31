import { type PointerEvent, useEffect, useRef, useState } from 'react'
import type { Image } from '../api/client.ts'
import type { Region } from '../search/examples.ts'

interface ZoomableImageProps {
  image: Image
  /** 1: as large as the window lets it be. */
  zoom: number
  onZoom: (factor: number) => void
  /** Whether dragging chooses a part of the picture instead of moving it. */
  isChoosingPart: boolean
  onPart: (region: Region) => void
}

type Point = [x: number, y: number]

/** A part narrower than this share of the picture is a slip of the hand. */
const LEAST_PART = 0.02

/** A picture that can be zoomed by the wheel and moved by dragging, or of which a part is chosen. */
export function ZoomableImage({ image, zoom, onZoom, isChoosingPart, onPart }: ZoomableImageProps) {
  const frameRef = useRef<HTMLDivElement>(null)
  const imageRef = useRef<HTMLImageElement>(null)
  const [offset, setOffset] = useState<Point>([0, 0])
  const [box, setBox] = useState<[from: Point, to: Point]>()
  const drag = useRef<{ x: number; y: number; offset: Point }>(undefined)

  useEffect(() => {
    if (zoom === 1) setOffset([0, 0])
  }, [zoom])
  useEffect(() => {
    const frame = frameRef.current!
    const onWheel = (event: WheelEvent) => {
      event.preventDefault()
      onZoom(Math.exp(-event.deltaY / 400))
    }
    // React listens to the wheel passively, which can't keep the page from scrolling.
    frame.addEventListener('wheel', onWheel, { passive: false })
    return () => frame.removeEventListener('wheel', onWheel)
  })

  const shareAt = (event: PointerEvent): Point => {
    const { left, top, width, height } = imageRef.current!.getBoundingClientRect()
    const within = (value: number) => Math.max(0, Math.min(1, value))
    return [within((event.clientX - left) / width), within((event.clientY - top) / height)]
  }
  const onPointerDown = (event: PointerEvent) => {
    if (event.button !== 0) return
    event.currentTarget.setPointerCapture(event.pointerId)
    if (isChoosingPart) setBox([shareAt(event), shareAt(event)])
    else drag.current = { x: event.clientX, y: event.clientY, offset }
  }
  const onPointerMove = (event: PointerEvent) => {
    if (box !== undefined) setBox([box[0], shareAt(event)])
    else if (drag.current !== undefined && zoom > 1) {
      const { x, y, offset: start } = drag.current
      setOffset([start[0] + event.clientX - x, start[1] + event.clientY - y])
    }
  }
  const onPointerUp = () => {
    drag.current = undefined
    if (box === undefined) return
    setBox(undefined)
    const region = regionOf(box)
    if (region[2] >= LEAST_PART && region[3] >= LEAST_PART) onPart(region)
  }

  const part = box && regionOf(box)
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the buttons of the large view zoom by keyboard
    <div
      ref={frameRef}
      className={`grid h-full touch-none place-items-center overflow-hidden ${isChoosingPart ? 'cursor-crosshair' : zoom > 1 ? 'cursor-grab active:cursor-grabbing' : ''}`}
      onPointerDown={onPointerDown}
      onPointerMove={onPointerMove}
      onPointerUp={onPointerUp}
      onPointerCancel={() => {
        drag.current = undefined
        setBox(undefined)
      }}
      onDoubleClick={() => onZoom(zoom > 1 ? 0 : 2.5)}
    >
      <div
        className="relative grid max-h-full min-h-0 max-w-full"
        style={{ transform: `translate(${offset[0]}px, ${offset[1]}px) scale(${zoom})` }}
      >
        <img
          ref={imageRef}
          src={image.preview_url}
          alt={image.user_visible_name}
          width={image.width}
          height={image.height}
          draggable={false}
          className="h-auto max-h-[calc(100dvh-9.5rem)] w-auto max-w-full rounded-md object-contain select-none"
          style={{ minWidth: 'min(100%, 40vmin)' }}
        />
        {part && (
          <span
            className="pointer-events-none absolute border-2 border-accent bg-accent/20"
            style={{
              left: `${part[0] * 100}%`,
              top: `${part[1] * 100}%`,
              width: `${part[2] * 100}%`,
              height: `${part[3] * 100}%`,
            }}
          />
        )}
      </div>
    </div>
  )
}

function regionOf([[ax, ay], [bx, by]]: [Point, Point]): Region {
  return [Math.min(ax, bx), Math.min(ay, by), Math.abs(bx - ax), Math.abs(by - ay)]
}
