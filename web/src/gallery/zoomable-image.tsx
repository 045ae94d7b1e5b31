import {
  type PointerEvent,
  type ReactNode,
  type RefObject,
  useEffect,
  useMemo,
  useRef,
  useState,
} from 'react'
import type { Image } from '../api/client.ts'
import { placeholderOf, sizedUrl } from '../api/picture-sources.ts'
import { PatientImage } from '../components/patient-image.tsx'
import type { Point, Zoom } from './use-zoom.ts'

interface ZoomableImageProps {
  frameRef: RefObject<HTMLDivElement | null>
  image: Image
  /** Why the picture can't be shown; swiping still works. */
  problem?: string | undefined
  zoom: Zoom
  /** Lies over the picture and moves with it. */
  overlay?: ReactNode
  onPrevious: (() => void) | undefined
  onNext: (() => void) | undefined
  onClose: () => void
  /** Called after the first error of the version that is shown. */
  onFailed?: (() => void) | undefined
  onBroken: () => void
}

const SWIPE_SHARE = 0.25
/** In CSS pixels per millisecond. */
const SWIPE_SPEED = 0.4
const PULL_TO_CLOSE = 96
/**
 * Formats of which every browser shows the original as the server does. They differ in the offsets, alpha and packing of a BMP, and some do
 * not turn a WebP as its EXIF data ask for.
 */
const SHOWN = /^image\/(jpeg|png|gif|avif)$/
/** Longest side of the version that the server makes; the version of a smaller picture is the original or has all of its pixels. */
const PREVIEW_SIDE = 2048
/** An original of more pixels is shown by its smaller version: decoding it would stall the page. */
const MAX_ORIGINAL_PIXELS = 120_000_000

/** A picture that is zoomed by the wheel or two fingers, moved by dragging, and changed by swiping. */
export function ZoomableImage(props: ZoomableImageProps) {
  const { frameRef, image, zoom } = props
  const { frame } = zoom
  const gesture = useGesture(props)
  const { by: zoomBy } = zoom
  useEffect(() => {
    const element = frameRef.current!
    const onWheel = (event: WheelEvent) => {
      event.preventDefault()
      zoomBy(Math.exp(-event.deltaY / 400), fromMiddle(element, event))
    }
    // React listens to the wheel passively, where scrolling can't be prevented.
    element.addEventListener('wheel', onWheel, { passive: false })
    return () => element.removeEventListener('wheel', onWheel)
  }, [frameRef, zoomBy])
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the large view zooms and moves by keyboard
    <div
      ref={frameRef}
      className={`relative size-full touch-none overflow-hidden ${zoom.isFit ? '' : 'cursor-grab active:cursor-grabbing'}`}
      {...gesture.handlers}
      onDoubleClick={(event) => {
        if (!zoom.isFit) zoom.fit()
        else if (zoom.isActual) zoom.by(2, fromMiddle(frameRef.current!, event))
        else zoom.actual(fromMiddle(frameRef.current!, event))
      }}
    >
      {props.problem === undefined ? (
        <PlacedPicture
          key={image.id}
          image={image}
          frame={frame}
          scale={zoom.scale}
          offset={zoom.isFit ? gesture.pulled : zoom.offset}
          overlay={props.overlay}
          onFailed={props.onFailed}
          onBroken={props.onBroken}
        />
      ) : (
        <p role="alert" className="grid h-full place-items-center text-ink-2">
          {props.problem}
        </p>
      )}
    </div>
  )
}

/** The picture at a scale and an offset from the middle of its frame. */
export function PlacedPicture({
  image,
  frame,
  scale,
  offset: [x, y],
  overlay,
  onFailed,
  onBroken,
}: Pick<ZoomableImageProps, 'image' | 'overlay' | 'onFailed' | 'onBroken'> &
  Pick<Zoom, 'scale' | 'offset'> & { frame: { width: number; height: number } }) {
  const [width, height] = [image.width * scale, image.height * scale]
  const [left, top] = [(frame.width - width) / 2 + x, (frame.height - height) / 2 + y]
  return (
    <div
      className="absolute top-0 left-0 rounded-sm bg-sunken bg-cover"
      style={{
        width,
        height,
        // Whole device pixels: at 1:1 nothing is blurred.
        transform: `translate(${toPixel(left)}px, ${toPixel(top)}px)`,
        backgroundImage: `url(${placeholderOf(image) ?? ''})`,
      }}
    >
      <Layers image={image} scale={scale} onFailed={onFailed} onBroken={onBroken} />
      {overlay}
    </div>
  )
}

/** The thumbnail that the tile has shown, above it the version of 2048 pixels, above that the original from 1:1 on. */
function Layers({
  image,
  scale,
  onFailed,
  onBroken,
}: Pick<ZoomableImageProps, 'image' | 'onFailed' | 'onBroken'> & { scale: number }) {
  const side = Math.max(image.width, image.height)
  const isOriginalShown =
    SHOWN.test(image.content_type) && side > PREVIEW_SIDE && image.width * image.height <= MAX_ORIGINAL_PIXELS
  const isLarge = scale * devicePixelRatio >= 0.999 || scale * devicePixelRatio * side > PREVIEW_SIDE
  const thumbnail = useMemo(() => shownThumbnail(image), [image])
  const className = 'absolute inset-0 size-full select-none rounded-[inherit]'
  return (
    <>
      <PatientImage src={thumbnail} alt="" draggable={false} className={className} />
      <PatientImage
        src={image.preview_url}
        alt={image.user_visible_name}
        draggable={false}
        {...(onFailed && { onFailed })}
        onGivenUp={onBroken}
        data-testid="large-picture"
        className={className}
      />
      {isLarge && isOriginalShown && (
        <PatientImage src={image.view_url} alt="" draggable={false} className={className} />
      )}
    </>
  )
}

/** The version that the tile shows, which is there at once; the smallest one for a picture that is not in view behind this one. */
function shownThumbnail({ path, thumbnail_url }: Image): string {
  const tile = document.querySelector<HTMLImageElement>(`[data-path="${CSS.escape(path)}"] img`)
  return tile?.currentSrc || sizedUrl(thumbnail_url, 256)
}

/** One pointer moves or swipes, two pinch. */
function useGesture({ frameRef, zoom, onPrevious, onNext, onClose }: ZoomableImageProps) {
  const pointers = useRef(new Map<number, Point>())
  const swipe = useRef<{ from: Point; time: number }>(undefined)
  const [pulled, setPulled] = useState<Point>([0, 0])
  const end = (event: PointerEvent) => {
    pointers.current.delete(event.pointerId)
    const start = swipe.current
    swipe.current = undefined
    setPulled([0, 0])
    if (start === undefined || !zoom.isFit || event.type === 'pointercancel') return
    const [dx, dy] = [event.clientX - start.from[0], event.clientY - start.from[1]]
    const speed = Math.abs(dx) / Math.max(1, event.timeStamp - start.time)
    const isSwipe = Math.abs(dx) > SWIPE_SHARE * innerWidth || (speed > SWIPE_SPEED && Math.abs(dx) > 24)
    if (Math.abs(dx) > Math.abs(dy) && isSwipe) (dx > 0 ? onPrevious : onNext)?.()
    else if (dy > PULL_TO_CLOSE && dy > Math.abs(dx)) onClose()
  }
  return {
    pulled,
    handlers: {
      onPointerDown(event: PointerEvent) {
        if (event.button !== 0) return
        event.currentTarget.setPointerCapture(event.pointerId)
        pointers.current.set(event.pointerId, [event.clientX, event.clientY])
        const isAlone = pointers.current.size === 1 && event.pointerType === 'touch'
        swipe.current = isAlone ? { from: [event.clientX, event.clientY], time: event.timeStamp } : undefined
        if (!isAlone) setPulled([0, 0])
      },
      onPointerMove(event: PointerEvent) {
        const before = pointers.current.get(event.pointerId)
        if (before === undefined) return
        const now: Point = [event.clientX, event.clientY]
        pointers.current.set(event.pointerId, now)
        const other = [...pointers.current].find(([id]) => id !== event.pointerId)?.[1]
        if (other !== undefined) {
          const middle = { clientX: (now[0] + other[0]) / 2, clientY: (now[1] + other[1]) / 2 }
          const factor = distance(now, other) / Math.max(1, distance(before, other))
          zoom.by(factor, fromMiddle(frameRef.current!, middle))
        } else if (zoom.isFit && swipe.current !== undefined) {
          const { from } = swipe.current
          setPulled([now[0] - from[0], Math.max(0, now[1] - from[1])])
        } else zoom.move([now[0] - before[0], now[1] - before[1]])
      },
      onPointerUp: end,
      onPointerCancel: end,
    },
  }
}

function toPixel(value: number): number {
  return Math.round(value * devicePixelRatio) / devicePixelRatio
}

function fromMiddle(frame: HTMLElement, { clientX, clientY }: { clientX: number; clientY: number }): Point {
  const { left, top, width, height } = frame.getBoundingClientRect()
  return [clientX - left - width / 2, clientY - top - height / 2]
}

function distance([ax, ay]: Point, [bx, by]: Point): number {
  return Math.hypot(ax - bx, ay - by)
}
