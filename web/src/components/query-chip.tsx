import { ImageOff, Minus, X } from 'lucide-react'
import type { ComponentProps, ReactNode } from 'react'
import { PatientImage } from './patient-image.tsx'
import { PointerButton } from './pointer-button.tsx'

interface QueryChipProps extends Omit<ComponentProps<'button'>, 'children'> {
  text: string
  /** A thumbnail. Without it, `icon` is shown. */
  src?: string | undefined
  /** Whether the thumbnail is ink on white, which is light on dark in the dark theme. */
  isInk?: boolean
  /** Shown without a thumbnail. */
  icon?: ReactNode
  /** 0…1, drawn as a line below the name. */
  weight: number
  /** Shown in the query pane. */
  isOpen?: boolean
  isNegative?: boolean
  isLoading?: boolean
  /** The picture is no longer available. */
  isLost?: boolean
  removeLabel: string
  onRemove: () => void
}

/** A part of the search: opens its options, and shows how much it counts. */
export function QueryChip({
  text,
  src,
  isInk = false,
  icon,
  weight,
  isOpen = false,
  isNegative = false,
  isLoading = false,
  isLost = false,
  removeLabel,
  onRemove,
  className = '',
  ...rest
}: QueryChipProps) {
  const frame = isNegative
    ? 'border-2 border-dashed border-line-strong text-ink-2'
    : 'border border-line bg-surface'
  return (
    <span
      className={`group relative flex h-9.5 shrink-0 items-center rounded-control coarse:h-12 ${isOpen ? 'border-2 border-ink bg-surface' : frame} ${className}`}
    >
      <button
        type="button"
        {...rest}
        className="flex h-full items-center gap-2 rounded-control pr-2.5 pl-1 font-medium text-13"
      >
        <span
          className={`relative grid size-7.5 place-items-center overflow-hidden rounded-md [&_svg]:size-4.5 ${src === undefined ? '' : 'bg-sunken'} ${isLoading ? 'animate-pulse-soft bg-sunken' : ''}`}
        >
          {isLost ? (
            <ImageOff />
          ) : src === undefined ? (
            icon
          ) : (
            <PatientImage
              key={src}
              src={src}
              alt=""
              className={`size-full object-cover ${isNegative ? 'opacity-85 grayscale' : ''} ${isInk ? 'dark:hue-rotate-180 dark:invert-90' : ''}`}
            />
          )}
          {isInk && src !== undefined && <Bolder src={src} />}
        </span>
        {isNegative && (
          <span className="absolute top-0.5 left-6 grid size-4 place-items-center rounded-full bg-ink text-surface [&_svg]:size-3">
            <Minus strokeWidth={3} />
          </span>
        )}
        <span className="relative max-w-40 truncate pb-0.5">{text}</span>
        <Weight value={weight} />
      </button>
      <PointerButton
        label={removeLabel}
        onClick={onRemove}
        className="-ml-2 grid h-full w-7 place-items-center rounded-control coarse:w-11 text-ink-2 hover:text-ink hovers:hidden hovers:group-focus-within:grid hovers:group-hover:grid [&_svg]:size-4"
      >
        <X />
      </PointerButton>
    </span>
  )
}

/** Copies of a small drawing on itself: its lines are thinner than a pixel and would be grey. */
function Bolder({ src }: { src: string }) {
  return (
    <span
      aria-hidden="true"
      className="absolute inset-0 bg-cover [background-blend-mode:multiply] dark:hue-rotate-180 dark:invert-90"
      style={{ backgroundImage: Array.from({ length: 4 }, () => `url(${src})`).join() }}
    />
  )
}

function Weight({ value }: { value: number }) {
  return (
    <svg
      aria-hidden="true"
      viewBox="0 0 100 2"
      preserveAspectRatio="none"
      className="absolute right-2.5 bottom-1 left-10.5 h-0.5 w-[calc(100%-3.25rem)]"
    >
      <rect width="100" height="2" className="fill-line" />
      <rect width={100 * value} height="2" className="fill-accent" />
    </svg>
  )
}
