import { Check, Minus, Plus, Square } from 'lucide-react'
import { type ReactNode, useEffect, useRef } from 'react'
import type { Image } from '../api/client.ts'
import { PatientImage } from '../components/patient-image.tsx'
import { messages } from '../messages.ts'

/** What can be done with an image of a grid. */
export interface TileActions {
  onOpen: (image: Image, index: number) => void
  onToggle: (image: Image, index: number, isRange: boolean) => void
  onAddTerms: (image: Image, isWanted: boolean) => void
}

interface TileProps extends TileActions {
  image: Image
  index: number
  isSelected: boolean
  /** Whether others are selected: then a click selects, too. */
  isSelecting: boolean
  isTabStop: boolean
}

/** The type under which an image of the gallery is dragged. */
export const DRAGGED_IMAGE = 'application/x-sketch-search-image'
const LONG_PRESS_MS = 450

export function Tile(props: TileProps) {
  const { image, index, isSelected, isSelecting, isTabStop, onOpen, onToggle, onAddTerms } = props
  const { score, user_visible_name: name } = image
  const press = useRef<{ timer?: ReturnType<typeof setTimeout>; isLong: boolean }>({ isLong: false })
  useEffect(() => () => clearTimeout(press.current.timer), [])
  return (
    <div
      className={`group relative size-full overflow-hidden rounded-lg bg-raised has-[[data-index]:focus-visible]:outline-4 has-[[data-index]:focus-visible]:outline-ink has-[[data-index]:focus-visible]:outline-offset-1 ${isSelected ? 'outline-3 outline-accent -outline-offset-3' : ''}`}
    >
      <button
        type="button"
        data-index={index}
        data-path={image.path}
        tabIndex={isTabStop ? 0 : -1}
        draggable
        onDragStart={(event) => {
          event.dataTransfer.setData(DRAGGED_IMAGE, image.id)
          event.dataTransfer.effectAllowed = 'copy'
        }}
        onPointerDown={(event) => {
          const isTouch = event.pointerType === 'touch'
          // A long press selects; it would begin to drag on some phones.
          event.currentTarget.draggable = !isTouch
          clearTimeout(press.current.timer)
          press.current.isLong = false
          if (!isTouch) return
          press.current.timer = setTimeout(() => {
            press.current.isLong = true
            onToggle(image, index, false)
          }, LONG_PRESS_MS)
        }}
        onPointerUp={() => clearTimeout(press.current.timer)}
        onPointerCancel={() => clearTimeout(press.current.timer)}
        onContextMenu={(event) => press.current.isLong && event.preventDefault()}
        onClick={(event) => {
          if (press.current.isLong) press.current.isLong = false
          else if (event.shiftKey || event.ctrlKey || event.metaKey) onToggle(image, index, event.shiftKey)
          // A click of the keyboard has no place: Enter opens also while others are selected.
          else if (isSelecting && event.detail > 0) onToggle(image, index, false)
          else onOpen(image, index)
        }}
        title={image.path}
        aria-label={isSelected ? messages.gallery.openSelected(name) : messages.gallery.open(name)}
        aria-describedby={score === undefined ? undefined : `score-${index}`}
        className="block size-full"
      >
        <PatientImage
          key={image.thumbnail_url}
          src={image.thumbnail_url}
          alt=""
          loading="lazy"
          decoding="async"
          draggable={false}
          className={`size-full object-cover transition-transform duration-200 group-hover:scale-[1.04] ${isSelected ? 'scale-90 rounded-md' : ''}`}
        />
      </button>
      {score !== undefined && (
        <span
          id={`score-${index}`}
          className="pointer-events-none absolute right-1.5 bottom-1.5 rounded-md bg-black/70 px-1.5 py-0.5 text-[11px] text-white tabular-nums"
        >
          <span className="sr-only">{messages.gallery.similarity(score)}</span>
          <span aria-hidden="true">{Math.round(score * 100)}</span>
        </span>
      )}
      <CornerButton
        label={messages.gallery.select(name)}
        place="top-1 left-1"
        isPressed={isSelected}
        isKept={isSelected || isSelecting}
        onClick={(event) => onToggle(image, index, event.shiftKey)}
      >
        {isSelected ? <Check /> : <Square />}
      </CornerButton>
      <CornerButton
        label={messages.gallery.more(name)}
        place="top-1 right-1"
        onClick={() => onAddTerms(image, true)}
      >
        <Plus />
      </CornerButton>
      <CornerButton
        label={messages.gallery.less(name)}
        place="top-9 right-1"
        onClick={() => onAddTerms(image, false)}
      >
        <Minus />
      </CornerButton>
    </div>
  )
}

interface CornerButtonProps {
  label: string
  place: string
  onClick: (event: React.MouseEvent) => void
  isPressed?: boolean
  /** Shown also while the pointer is elsewhere. */
  isKept?: boolean
  children: ReactNode
}

/** For the pointer; the keyboard has keys for the same. */
function CornerButton({ label, place, onClick, isPressed, isKept = false, children }: CornerButtonProps) {
  return (
    <button
      type="button"
      tabIndex={-1}
      aria-label={label}
      aria-pressed={isPressed}
      title={label}
      onClick={onClick}
      className={`absolute ${place} place-items-center rounded-md bg-black/65 text-white hover:bg-black/85 aria-pressed:bg-accent aria-pressed:text-on-accent [&_svg]:size-4 ${isKept ? 'grid' : 'hidden group-focus-within:grid [@media(hover:hover)]:group-hover:grid'} size-7`}
    >
      {children}
    </button>
  )
}
