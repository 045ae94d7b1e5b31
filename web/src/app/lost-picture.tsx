import { ImageOff, RefreshCw } from 'lucide-react'
import { ApiError } from '../api/client.ts'
import { Button } from '../components/button.tsx'
import { EmptyState } from '../components/empty-state.tsx'
import { messages } from '../messages/messages.ts'

interface LostPictureProps {
  /** null for a picture that this page has deleted. */
  error: Error | null
  onRemove: () => void
  onRetry: () => void
}

/** Stands in the query pane for a picture of the search that can not be shown. */
export function LostPicture({ error, onRemove, onRetry }: LostPictureProps) {
  const { query, app } = messages
  const isGone = error === null || (error instanceof ApiError && error.code === 'image_not_found')
  return (
    <div className="absolute inset-x-0 top-0 bottom-[var(--sheet-inset-bottom,0px)] bg-sunken">
      {isGone ? (
        <EmptyState icon={<ImageOff />} title={query.lost}>
          <Button onClick={onRemove}>{query.remove}</Button>
        </EmptyState>
      ) : (
        <EmptyState icon={<RefreshCw />} title={error.message}>
          <Button onClick={onRetry}>{app.retry}</Button>
        </EmptyState>
      )}
    </div>
  )
}
