import { Check, FileX, Layers, Minus, Plus, ScanSearch, Star, TriangleAlert } from 'lucide-react'
import type { ComponentProps, ReactNode } from 'react'
import { percent } from '../messages/format.ts'
import { messages } from '../messages/messages.ts'
import { PatientImage } from './patient-image.tsx'
import { PointerButton } from './pointer-button.tsx'
import { ScoreMeter } from './score-meter.tsx'

export interface TileProps {
  /** File name. */
  name: string
  /** Accessible name, with date and score. */
  label: string
  src: string
  srcSet?: string | undefined
  sizes?: string | undefined
  /** A blurred version as a data URL. */
  placeholder?: string | undefined
  score?: number | undefined
  /** Whether the score is always written out. */
  isScoreShown?: boolean
  isSelected?: boolean
  /** Whether others are selected: the circles stay visible. */
  isSelecting?: boolean
  /** Whether the search is for less like it. */
  isNegative?: boolean
  /** Whether there is room for all actions. */
  isNarrow?: boolean
  /** Whether only a part of the picture could be read. */
  isDamaged?: boolean
  isStarred?: boolean
  /** Number of files that the picture stands for, if there are several; a press shows them all. */
  files?: number | undefined
  onFiles?: (() => void) | undefined
  /** A few words at the lower left. */
  detail?: string | undefined
  onToggle?: ((isRange: boolean) => void) | undefined
  onMore?: (() => void) | undefined
  onLess?: (() => void) | undefined
  onSimilar?: (() => void) | undefined
  /** Attributes of the button that opens the picture. */
  button?: ComponentProps<'button'> & Record<`data-${string}`, string | number>
}

/** A picture of the results or the gallery, with its actions while it is hovered or has the focus. */
export function Tile(props: TileProps) {
  const { name, label, score, isSelected = false, isNegative = false, isNarrow = false, button } = props
  const { onMore, onLess, onSimilar, placeholder, isScoreShown = false } = props
  return (
    <div
      style={placeholder === undefined ? undefined : { backgroundImage: `url(${placeholder})` }}
      className={`group relative size-full overflow-hidden rounded-tile bg-sunken bg-cover phone:rounded-sm has-[[data-index]:focus-visible]:focus-ring ${isNegative ? 'outline-2 outline-line-strong -outline-offset-2 outline-dashed' : ''}`}
    >
      <button
        type="button"
        {...button}
        aria-label={label}
        className="block size-full outline-none focus-visible:shadow-ring"
      >
        <TileImage {...props} />
      </button>
      <span
        aria-hidden="true"
        className="pointer-events-none absolute inset-0 bg-linear-to-b from-picture-shade via-transparent to-picture-shade opacity-0 transition-opacity duration-hover group-focus-within:opacity-100 hovers:group-hover:opacity-100"
      />
      {isSelected && <SelectedRing />}
      {score !== undefined && !isSelected && <ScoreMeter score={score} />}
      <span className="pointer-events-none absolute top-2 right-2 flex gap-1 font-semibold text-12 text-on-picture tabular-nums">
        {score !== undefined && (
          <span
            aria-hidden="true"
            className={`rounded-sm bg-picture-veil px-1 ${isScoreShown ? '' : 'opacity-0 group-focus-within:opacity-100 hovers:group-hover:opacity-100'}`}
          >
            {percent(score)}
          </span>
        )}
        <Files {...props} />
      </span>
      {isNegative && (
        <span className="pointer-events-none absolute top-2 left-2 grid size-6 place-items-center rounded-full bg-picture-veil text-on-picture [&_svg]:size-4">
          <Minus />
        </span>
      )}
      {props.isDamaged && (
        <span
          title={messages.viewer.damaged}
          className="pointer-events-none absolute right-2 bottom-2 grid size-6 place-items-center rounded-full bg-picture-veil text-on-picture group-focus-within:invisible hovers:group-hover:invisible [&_svg]:size-4"
        >
          <TriangleAlert aria-hidden="true" />
        </span>
      )}
      {props.isStarred && !isSelected && (
        <Star
          aria-hidden="true"
          className="pointer-events-none absolute right-2 bottom-2 size-4 fill-on-picture text-on-picture drop-shadow-sm group-focus-within:invisible hovers:group-hover:invisible"
        />
      )}
      {props.detail !== undefined && (
        <span className="pointer-events-none absolute bottom-2 left-2 mr-2 rounded-sm bg-picture-veil px-1.5 text-12 text-on-picture">
          {props.detail}
        </span>
      )}
      <SelectCircle {...props} />
      {onMore && onLess && (
        <span
          // Shown by visibility: a hidden button can't be pressed by accident on a touch screen. There, while a press selects, it only selects.
          className={`invisible absolute right-1.5 bottom-1.5 flex max-w-[calc(100%-0.75rem)] flex-wrap justify-end rounded-control bg-picture-veil text-on-picture group-focus-within:visible hovers:group-hover:visible ${props.isSelecting ? 'coarse:hidden' : ''}`}
        >
          <Action label={messages.gallery.moreLike(name)} onClick={onMore}>
            <Plus />
          </Action>
          <Action label={messages.gallery.lessLike(name)} onClick={onLess}>
            <Minus />
          </Action>
          {onSimilar && !isNarrow && (
            <Action label={messages.gallery.findSimilarTo(name)} onClick={onSimilar}>
              <ScanSearch />
            </Action>
          )}
        </span>
      )}
    </div>
  )
}

function TileImage({ src, srcSet, sizes, name, isNegative = false }: TileProps) {
  return (
    <PatientImage
      key={src}
      src={src}
      srcSet={srcSet}
      sizes={sizes}
      alt=""
      decoding="async"
      draggable={false}
      whenGivenUp={<FailedTile name={name} />}
      className={`size-full object-cover ${isNegative ? 'opacity-85 grayscale' : ''}`}
    />
  )
}

/** In place of a picture that can't be loaded. */
export function FailedTile({ name }: { name: string }) {
  return (
    <span className="grid size-full place-content-center justify-items-center gap-1 p-2 text-12 text-ink-2">
      <FileX className="size-6" aria-hidden="true" />
      <span className="line-clamp-2 [overflow-wrap:anywhere]">{name}</span>
    </span>
  )
}

function SelectedRing() {
  return (
    <span
      aria-hidden="true"
      className="pointer-events-none absolute inset-0 rounded-[inherit] border-3 border-accent after:absolute after:inset-0 after:border-2 after:border-surface forced-colors:border-4"
    />
  )
}

/** The number of files that the picture stands for. For the pointer; the context menu has the same action. */
function Files({ files, onFiles }: TileProps) {
  if (files === undefined) return null
  const label = messages.gallery.showFiles(files)
  return (
    <PointerButton
      label={label}
      onClick={onFiles}
      className="pointer-events-auto flex items-center gap-1 rounded-sm bg-picture-veil px-1 coarse:pointer-events-none [&_svg]:size-3.5"
    >
      <Layers aria-hidden="true" />
      {files}
    </PointerButton>
  )
}

function SelectCircle({ name, isSelected = false, isSelecting = false, isNegative, onToggle }: TileProps) {
  if (onToggle === undefined || isNegative) return null
  return (
    <button
      type="button"
      tabIndex={-1}
      aria-label={messages.gallery.select(name)}
      aria-pressed={isSelected}
      onClick={(event) => onToggle(event.shiftKey)}
      className={`absolute top-2 left-2 grid size-6 place-items-center rounded-full border-2 border-on-picture bg-picture-scrim shadow-edge aria-pressed:bg-accent aria-pressed:text-on-accent [&_svg]:size-4 ${isSelected || isSelecting ? '' : 'invisible group-focus-within:visible hovers:group-hover:visible'}`}
    >
      {isSelected && <Check />}
    </button>
  )
}

interface ActionProps {
  label: string
  onClick: () => void
  children: ReactNode
}

function Action(props: ActionProps) {
  return (
    <PointerButton
      {...props}
      className="grid size-8 place-items-center rounded-control hover:bg-picture-shade [&_svg]:size-4.5"
    />
  )
}
