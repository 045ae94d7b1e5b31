import { Minus, Plus } from 'lucide-react'
import { IconButton } from '../components/icon-button.tsx'
import { Pill } from '../components/pill.tsx'
import { percent } from '../messages/format.ts'
import { messages } from '../messages/messages.ts'
import type { Sheet } from './use-sheet.ts'

const ZOOM_STEP = 1.5

/** Zooms, and returns to the whole sheet. */
export default function ZoomPill({
  sheet: { camera, controller },
  className,
}: {
  sheet: Sheet
  className: string
}) {
  const zoom = percent(camera.zoom)
  return (
    <div className={`absolute tabular-nums ${className}`}>
      <Pill label={messages.sheet.view} isSmall>
        <IconButton
          label={messages.sheet.zoomOut}
          onClick={() => controller?.zoom(1 / ZOOM_STEP)}
          size="small"
        >
          <Minus />
        </IconButton>
        <IconButton label={messages.sheet.fit(zoom)} onClick={() => controller?.fit()} size="text">
          {zoom}
        </IconButton>
        <IconButton label={messages.sheet.zoomIn} onClick={() => controller?.zoom(ZOOM_STEP)} size="small">
          <Plus />
        </IconButton>
      </Pill>
    </div>
  )
}
