import { useQuery } from '@tanstack/react-query'
import { ChevronLeft, ChevronRight, ExternalLink, Search, X } from 'lucide-react'
import { useEffect, useRef } from 'react'
import { getImage, type Image } from '../api/client.ts'
import { messages } from '../messages.ts'
import { IconButton } from '../ui/icon-button.tsx'

interface LargeViewProps {
  id: string
  onClose: () => void
  onFindSimilar: (image: Image) => void
  /** undefined at either end of the list. */
  onPrevious: (() => void) | undefined
  onNext: (() => void) | undefined
}

/** One image as large as the window, with what is known of it. */
export function LargeView({ id, onClose, onFindSimilar, onPrevious, onNext }: LargeViewProps) {
  const dialogRef = useRef<HTMLDialogElement>(null)
  const { data: image, isError } = useQuery({
    queryKey: ['images', 'one', id],
    queryFn: ({ signal }) => getImage(id, signal),
    retry: false,
  })

  useEffect(() => {
    const dialog = dialogRef.current!
    if (!dialog.open) dialog.showModal()
  }, [])

  const onKeyDown = (event: React.KeyboardEvent) => {
    if (event.key === 'ArrowLeft') onPrevious?.()
    if (event.key === 'ArrowRight') onNext?.()
  }

  return (
    <dialog
      ref={dialogRef}
      onClose={onClose}
      onKeyDown={onKeyDown}
      aria-label={image?.user_visible_name ?? messages.viewer.gone}
      className="m-0 h-dvh max-h-none w-dvw max-w-none bg-page backdrop:bg-black/70"
    >
      <div className="grid h-full grid-rows-[auto_minmax(0,1fr)_auto]">
        <header className="flex items-center gap-2 px-3 py-2">
          <h2 className="min-w-0 flex-1 truncate font-medium">{image?.path}</h2>
          <IconButton label={messages.viewer.close} onClick={() => dialogRef.current?.close()}>
            <X />
          </IconButton>
        </header>
        <div className="relative grid min-h-0 place-items-center px-2 sm:px-16">
          {isError && <p>{messages.viewer.gone}</p>}
          {image && (
            <img
              key={image.id}
              src={image.preview_url}
              alt={image.user_visible_name}
              width={image.width}
              height={image.height}
              className="max-h-full min-h-0 w-auto max-w-full rounded-md object-contain"
              style={{ minWidth: 'min(100%, 40vmin)' }}
            />
          )}
          <SideButton label={messages.viewer.previous} side="left-2" onClick={onPrevious}>
            <ChevronLeft />
          </SideButton>
          <SideButton label={messages.viewer.next} side="right-2" onClick={onNext}>
            <ChevronRight />
          </SideButton>
        </div>
        <footer className="flex flex-wrap items-center gap-x-5 gap-y-2 px-4 py-3 text-sm text-muted">
          {image && (
            <>
              <span className="tabular-nums">{messages.viewer.size(image.width, image.height)}</span>
              <span className="tabular-nums">{messages.viewer.bytes(image.bytes)}</span>
              <time dateTime={image.modified_at}>{new Date(image.modified_at).toLocaleString()}</time>
              <span className="ml-auto flex gap-2">
                <a
                  href={image.view_url}
                  target="_blank"
                  rel="noreferrer"
                  className="flex h-10 items-center gap-2 rounded-lg border border-line px-3 text-ink hover:bg-raised"
                >
                  <ExternalLink className="size-4" /> {messages.viewer.original}
                </a>
                <button
                  type="button"
                  onClick={() => onFindSimilar(image)}
                  className="flex h-10 items-center gap-2 rounded-lg bg-accent px-3 font-medium text-on-accent"
                >
                  <Search className="size-4" /> {messages.viewer.findSimilar}
                </button>
              </span>
            </>
          )}
        </footer>
      </div>
    </dialog>
  )
}

interface SideButtonProps {
  label: string
  side: string
  onClick: (() => void) | undefined
  children: React.ReactNode
}

function SideButton({ label, side, onClick, children }: SideButtonProps) {
  if (onClick === undefined) return null
  return (
    <div className={`absolute top-1/2 -translate-y-1/2 rounded-lg bg-surface/80 shadow-sm ${side}`}>
      <IconButton label={label} onClick={onClick}>
        {children}
      </IconButton>
    </div>
  )
}
