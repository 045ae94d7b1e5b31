import { Dialog } from '../components/dialog.tsx'
import { useZoom } from '../gallery/use-zoom.ts'
import { PartHint, ZoomableImage } from '../gallery/zoomable-image.tsx'
import { messages } from '../messages.ts'
import type { Region } from '../state/query-terms.ts'

interface PartDialogProps {
  name: string
  src: string
  onPart: (region: Region) => void
  onClose: () => void
}

/** Narrows a search to a part of the picture that is searched with. */
export function PartDialog({ name, src, onPart, onClose }: PartDialogProps) {
  const zoom = useZoom(src)
  return (
    <Dialog title={messages.query.choosePart(name)} isOpen onClose={onClose}>
      <PartHint className="block px-5 pb-3 text-muted" />
      <div className="h-[60dvh] px-5 pb-5">
        <ZoomableImage src={src} name={name} zoom={zoom} isChoosingPart onPart={onPart} />
      </div>
    </Dialog>
  )
}
