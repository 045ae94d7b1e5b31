import { Minus, Plus } from 'lucide-react'
import { IconButton } from '../components/icon-button.tsx'
import { percent } from '../messages/format.ts'
import { messages } from '../messages/messages.ts'

interface ZoomControlsProps {
  /** Whether the whole picture is seen. */
  isFit: boolean
  /** Whether a pixel of the picture is one of the screen. */
  isActual: boolean
  isLargest?: boolean
  onFit: () => void
  onActual: () => void
  onZoom: (factor: number) => void
  /** Pixels of the screen for a pixel of the picture. */
  scale?: number
}

/** Factor of a press on a button. */
const STEP = 1.5
const SEGMENT = 'h-8 rounded-lg px-2.75 font-medium text-13 coarse:h-11 coarse:min-w-11'
const CHOSEN = 'bg-chosen text-ink shadow-low'

/** Fit, 1:1, smaller and larger. */
export function ZoomControls(props: ZoomControlsProps) {
  const { isFit, isActual, isLargest = false, onFit, onActual, onZoom, scale } = props
  const { viewer } = messages
  return (
    <fieldset
      aria-label={viewer.zoom}
      className="flex shrink-0 items-center gap-0.5 rounded-control bg-sunken p-0.75 text-ink-2"
    >
      <button
        type="button"
        aria-pressed={isFit}
        onClick={onFit}
        className={`${SEGMENT} ${isFit ? CHOSEN : ''}`}
      >
        {viewer.fit}
      </button>
      <button
        type="button"
        aria-pressed={isActual}
        onClick={onActual}
        className={`${SEGMENT} ${isActual && !isFit ? CHOSEN : ''}`}
      >
        {viewer.actual}
      </button>
      <span className="contents phone:hidden">
        <IconButton
          label={viewer.zoomOut}
          keys="−"
          isDisabled={isFit}
          onClick={() => onZoom(1 / STEP)}
          size="tiny"
        >
          <Minus />
        </IconButton>
        <IconButton
          label={viewer.zoomIn}
          keys="+"
          isDisabled={isLargest}
          onClick={() => onZoom(STEP)}
          size="tiny"
        >
          <Plus />
        </IconButton>
      </span>
      {scale !== undefined && (
        // Each picture has another scale, which would be read out instead of its name.
        <output aria-live="off" className="sr-only" data-testid="zoom">
          {percent(scale)}
        </output>
      )}
    </fieldset>
  )
}
