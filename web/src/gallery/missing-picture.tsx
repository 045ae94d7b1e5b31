import { ArrowLeft } from 'lucide-react'
import { Button } from '../components/button.tsx'
import { messages } from '../messages/messages.ts'

interface MissingProps {
  text: string | undefined
  onRetry: (() => void) | undefined
  onClose: () => void
  isSearch: boolean
}

/** Stands in the large view while there is no picture, with the reason. */
export function MissingPicture({ text, onRetry, onClose, isSearch }: MissingProps) {
  return (
    <div className="p-3">
      <Button variant="ghost" icon={<ArrowLeft />} onClick={onClose}>
        {isSearch ? messages.viewer.results : messages.viewer.gallery}
      </Button>
      {text !== undefined && (
        <p role="alert" className="grid place-items-center gap-3 pt-[30vh] text-ink-2">
          {text}
          {onRetry && <Button onClick={onRetry}>{messages.app.retry}</Button>}
        </p>
      )}
    </div>
  )
}
