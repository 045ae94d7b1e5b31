import { Check, Trash2 } from 'lucide-react'
import { type PointerEvent, useEffect, useRef } from 'react'
import type { Image } from '../api/client.ts'
import { sizedUrl } from '../api/picture-sources.ts'
import { Button } from '../components/button.tsx'
import { PatientImage } from '../components/patient-image.tsx'
import { messages } from '../messages/messages.ts'
import { viewMessages } from '../messages/view-messages.ts'
import type { Fact } from './compare-facts.ts'
import type { ChangeView, View } from './use-compare-zoom.ts'
import { useElementSize } from './use-element-size.ts'
import { PlacedPicture } from './zoomable-image.tsx'

interface ComparedPictureProps {
  image: Image
  index: number
  view: View
  facts: readonly Fact[]
  isChosen: boolean
  isKept: boolean
  onChange: ChangeView
  onChoose: () => void
  /** A press that moves nothing; undefined: it only chooses. */
  onTap: (() => void) | undefined
  onKeep: () => void
  /** undefined for users who may not. */
  onTrash: (() => void) | undefined
  /** The scale at which the whole picture is seen, in CSS pixels per pixel of the picture. */
  onFitScale: (scale: number) => void
}

/** One of the pictures that are compared: zoomed by the wheel or two fingers, moved by dragging. */
export function ComparedPicture(props: ComparedPictureProps) {
  const { image, index, view, facts, isChosen, isKept, onChange, onChoose, onKeep, onTrash } = props
  const { viewer } = messages
  const { compare: words } = viewMessages
  const frameRef = useRef<HTMLDivElement>(null)
  const { width, height } = useElementSize(frameRef)
  const fitScale = Math.min(width / image.width, height / image.height)
  const scale = Math.max(1e-6, fitScale * view.zoom)
  const { onFitScale } = props
  useEffect(() => {
    if (fitScale > 0) onFitScale(fitScale)
  }, [fitScale, onFitScale])
  const move = (factor: number, dx: number, dy: number) =>
    onChange(index, factor, dx / (image.width * scale), dy / (image.height * scale))
  useWheel(frameRef, move)
  const drag = useDrag(move, props.onTap)
  const offset: [number, number] = [
    (0.5 - view.x) * image.width * scale,
    (0.5 - view.y) * image.height * scale,
  ]
  return (
    <article
      aria-label={image.user_visible_name}
      data-path={image.path}
      onPointerDown={onChoose}
      className={`relative flex min-h-0 min-w-0 flex-col overflow-hidden rounded-card border border-line bg-surface ${isChosen ? 'after:pointer-events-none after:absolute after:-inset-px after:rounded-card after:border-2 after:border-accent' : ''}`}
    >
      <div
        ref={frameRef}
        {...drag}
        className="relative min-h-40 flex-1 cursor-grab touch-none overflow-hidden bg-sunken active:cursor-grabbing"
      >
        <PlacedPicture
          image={image}
          frame={{ width, height }}
          scale={scale}
          offset={offset}
          onBroken={() => {}}
        />
        <span className="absolute top-3 left-3 rounded-md bg-picture-veil px-2 py-0.5 font-semibold text-12 text-on-picture">
          {index + 1}
        </span>
        {isChosen && view.zoom > 1 && (
          <Overview
            image={image}
            view={view}
            shares={[width / (image.width * scale), height / (image.height * scale)]}
          />
        )}
      </div>
      <div className="shrink-0 p-4">
        <h3 className="pb-2 font-semibold [overflow-wrap:anywhere]">{image.user_visible_name}</h3>
        <FactList facts={facts} />
        <div className="mt-3 grid grid-cols-[repeat(auto-fit,minmax(9.5rem,1fr))] gap-2">
          <Button
            variant={isKept ? 'chosen' : 'plain'}
            aria-pressed={isKept}
            icon={isKept ? <Check /> : undefined}
            onClick={onKeep}
          >
            {isKept ? words.keeping : words.keep}
          </Button>
          {onTrash && (
            <Button variant="danger" icon={<Trash2 />} disabled={isKept} onClick={onTrash}>
              <span className="truncate">{viewer.trash}</span>
            </Button>
          )}
        </div>
      </div>
    </article>
  )
}

function FactList({ facts }: Pick<ComparedPictureProps, 'facts'>) {
  const { compare: words } = viewMessages
  return (
    <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1 text-13">
      {facts.map(({ key, value, isBest }) => (
        <div key={key} className="contents">
          <dt className="text-ink-2">{words.facts[key]}</dt>
          <dd className={`min-w-0 [overflow-wrap:anywhere] ${isBest ? 'font-semibold' : ''}`}>
            {value}
            {isBest && (
              <span className="ml-2 rounded-sm border border-ok px-1 font-medium text-12 text-ok">
                {words.best}
              </span>
            )}
          </dd>
        </div>
      ))}
    </dl>
  )
}

interface OverviewProps {
  image: Image
  view: View
  /** Shares of the width and the height of the picture for which its frame has room. */
  shares: [x: number, y: number]
}

/** The whole picture, with a frame around what is seen of it. */
function Overview({ image, view, shares }: OverviewProps) {
  const [width, height] = [Math.min(1, shares[0]), Math.min(1, shares[1])]
  const start = (middle: number, share: number) => Math.max(0, Math.min(1 - share, middle - share / 2))
  const style = {
    left: `${start(view.x, width) * 100}%`,
    top: `${start(view.y, height) * 100}%`,
    width: `${width * 100}%`,
    height: `${height * 100}%`,
  }
  return (
    <div
      aria-hidden="true"
      data-testid="overview"
      className="pointer-events-none absolute right-3 bottom-3 overflow-hidden rounded-tile border border-on-picture shadow-rest"
    >
      <PatientImage
        src={sizedUrl(image.thumbnail_url, 256)}
        alt=""
        className="block max-h-24 max-w-28 opacity-85"
      />
      <span style={style} className="absolute rounded-sm border-2 border-accent" />
    </div>
  )
}

type Move = (factor: number, dx: number, dy: number) => void

/** The point below the pointer stays where it is. */
function useWheel(frameRef: React.RefObject<HTMLDivElement | null>, move: Move): void {
  const latest = useRef(move)
  latest.current = move
  useEffect(() => {
    const frame = frameRef.current!
    const onWheel = (event: WheelEvent) => {
      event.preventDefault()
      const factor = Math.exp(-event.deltaY / 400)
      const { left, top, width, height } = frame.getBoundingClientRect()
      const share = 1 - 1 / factor
      latest.current(
        factor,
        (event.clientX - left - width / 2) * share,
        (event.clientY - top - height / 2) * share,
      )
    }
    // React listens to the wheel passively, where scrolling can't be prevented.
    frame.addEventListener('wheel', onWheel, { passive: false })
    return () => frame.removeEventListener('wheel', onWheel)
  }, [frameRef])
}

/** A press that moves less, in CSS pixels, is a tap. */
const MAX_TAP_PX = 10

/** One pointer moves the picture, two zoom it. */
function useDrag(move: Move, onTap: (() => void) | undefined) {
  const pointers = useRef(new Map<number, [x: number, y: number]>())
  const tap = useRef<[x: number, y: number]>(undefined)
  const end = ({ pointerId, type }: PointerEvent) => {
    pointers.current.delete(pointerId)
    if (type === 'pointerup' && tap.current !== undefined) onTap?.()
    tap.current = undefined
  }
  return {
    onPointerDown(event: PointerEvent) {
      event.currentTarget.setPointerCapture(event.pointerId)
      pointers.current.set(event.pointerId, [event.clientX, event.clientY])
      tap.current = pointers.current.size === 1 ? [event.clientX, event.clientY] : undefined
    },
    onPointerMove({ pointerId, clientX, clientY }: PointerEvent) {
      const before = pointers.current.get(pointerId)
      if (before === undefined) return
      pointers.current.set(pointerId, [clientX, clientY])
      const from = tap.current
      if (from && Math.hypot(clientX - from[0], clientY - from[1]) > MAX_TAP_PX) tap.current = undefined
      const other = [...pointers.current].find(([id]) => id !== pointerId)?.[1]
      if (other === undefined) return move(1, before[0] - clientX, before[1] - clientY)
      const now = Math.hypot(clientX - other[0], clientY - other[1])
      move(now / Math.max(1, Math.hypot(before[0] - other[0], before[1] - other[1])), 0, 0)
    },
    onPointerUp: end,
    onPointerCancel: end,
  }
}
