import { useQuery } from '@tanstack/react-query'
import {
  ChevronLeft,
  ChevronRight,
  Crop,
  Download,
  ExternalLink,
  Minus,
  Plus,
  Search,
  ThumbsDown,
  ThumbsUp,
  X,
} from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { ApiError, getImage, type Image } from '../api/client.ts'
import { useClosedAtEnd } from '../components/dialog.tsx'
import { IconButton } from '../components/icon-button.tsx'
import { messages } from '../messages/messages.ts'
import type { Region } from '../state/query-terms.ts'
import { MAX_ZOOM, useZoom } from './use-zoom.ts'
import { PartHint, ZoomableImage } from './zoomable-image.tsx'

interface LargeViewProps {
  id: string
  /** What the list knows of it already. */
  known: Image | undefined
  onClose: () => void
  onFindSimilar: (image: Image, region?: Region) => void
  onAddTerms: (image: Image, isWanted: boolean) => void
  /** undefined at either end of the list. */
  onPrevious: (() => void) | undefined
  onNext: (() => void) | undefined
}

/** In CSS pixels. */
const MOVE_STEP = 80
/** While a key is held: each step changes the address, which browsers allow a hundred times in half a minute. */
const STEP_EVERY_MS = 320
const ACTION = 'flex h-10 items-center gap-2 rounded-lg border border-line px-3 text-ink hover:bg-raised'

/** One image as large as the window, with what is known of it. */
export function LargeView({
  id,
  known,
  onClose,
  onFindSimilar,
  onAddTerms,
  onPrevious,
  onNext,
}: LargeViewProps) {
  const dialogRef = useRef<HTMLDialogElement>(null)
  const zoom = useZoom(id)
  const [isChoosingPart, setChoosingPart] = useState(false)
  const { data, error, refetch } = useQuery({
    queryKey: ['images', 'one', id],
    queryFn: ({ signal }) => getImage(id, signal),
    // What is shown in the list is shown at once; of nothing else is it known that it is the same.
    placeholderData: known?.id === id ? known : undefined,
    retry: false,
  })
  const isGone = error instanceof ApiError && error.code === 'image_not_found'
  const image = isGone ? undefined : data

  useEffect(() => {
    const dialog = dialogRef.current!
    if (!dialog.open) dialog.showModal()
  }, [])
  useClosedAtEnd(dialogRef)
  // biome-ignore lint/correctness/useExhaustiveDependencies: another image is shown as a whole
  useEffect(() => setChoosingPart(false), [id])

  const onKey = useRef<(event: KeyboardEvent) => void>(undefined)
  // The whole window: what had the focus may be gone, as the button to the next image is at the last one.
  useEffect(() => {
    const listener = (event: KeyboardEvent) => onKey.current?.(event)
    addEventListener('keydown', listener)
    return () => removeEventListener('keydown', listener)
  }, [])
  const steppedAt = useRef(-Infinity)
  onKey.current = (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return
    const moves = {
      ArrowLeft: () => zoom.move([MOVE_STEP, 0]),
      ArrowRight: () => zoom.move([-MOVE_STEP, 0]),
      ArrowUp: () => zoom.move([0, MOVE_STEP]),
      ArrowDown: () => zoom.move([0, -MOVE_STEP]),
    }
    const keys = {
      ArrowLeft: onPrevious,
      ArrowRight: onNext,
      '+': () => zoom.by(1.5),
      '-': () => zoom.by(1 / 1.5),
      '0': zoom.reset,
      ...(event.shiftKey ? moves : {}),
    }
    const isStep = !event.shiftKey && (event.key === 'ArrowLeft' || event.key === 'ArrowRight')
    if (isStep && event.repeat && event.timeStamp - steppedAt.current < STEP_EVERY_MS) return
    if (isStep) steppedAt.current = event.timeStamp
    keys[event.key as keyof typeof keys]?.()
  }

  return (
    <dialog
      ref={dialogRef}
      onClose={onClose}
      onCancel={(event) => {
        if (!isChoosingPart) return
        event.preventDefault()
        setChoosingPart(false)
      }}
      aria-label={image?.user_visible_name ?? (isGone ? messages.viewer.gone : messages.viewer.loading)}
      className="m-0 h-dvh max-h-none w-dvw max-w-none bg-page backdrop:bg-black/70"
    >
      <div className="grid h-full grid-cols-[minmax(0,1fr)] grid-rows-[auto_minmax(0,1fr)_auto]">
        <header className="flex items-center gap-1 px-3 py-2">
          <h2 className="min-w-0 flex-1 truncate font-medium">{image?.path}</h2>
          <IconButton
            label={messages.viewer.zoomOut}
            isDisabled={zoom.factor <= 1}
            onClick={() => zoom.by(1 / 1.5)}
          >
            <Minus />
          </IconButton>
          <button
            type="button"
            title={messages.viewer.fit}
            aria-label={messages.viewer.fit}
            onClick={zoom.reset}
            className="h-10 w-14 rounded-lg text-sm tabular-nums hover:bg-raised"
          >
            {Math.round(zoom.factor * 100)} %
          </button>
          <IconButton
            label={messages.viewer.zoomIn}
            isDisabled={zoom.factor >= MAX_ZOOM}
            onClick={() => zoom.by(1.5)}
          >
            <Plus />
          </IconButton>
          <IconButton label={messages.viewer.close} onClick={() => dialogRef.current?.close()}>
            <X />
          </IconButton>
        </header>
        <div className="relative min-h-0 px-2 sm:px-16">
          {image === undefined && error !== null && (
            <p role="alert" className="grid h-full place-content-center justify-items-center gap-3">
              {isGone ? messages.viewer.gone : error.message}
              {!isGone && (
                <button type="button" className="underline" onClick={() => void refetch()}>
                  {messages.gallery.retry}
                </button>
              )}
            </p>
          )}
          {image && (
            <ZoomableImage
              key={image.id}
              src={image.preview_url}
              name={image.user_visible_name}
              size={{ width: image.width, height: image.height }}
              zoom={zoom}
              isChoosingPart={isChoosingPart}
              onPart={(region) => {
                setChoosingPart(false)
                onFindSimilar(image, region)
              }}
            />
          )}
          {isChoosingPart && (
            <p className="pointer-events-none absolute inset-x-2 top-2 flex justify-center">
              <PartHint className="rounded-lg bg-surface/90 px-3 py-1.5 text-center" />
            </p>
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
              <span>{messages.viewer.format(image.content_type)}</span>
              <time dateTime={image.modified_at}>{new Date(image.modified_at).toLocaleString()}</time>
              <span className="ml-auto flex flex-wrap gap-2">
                <IconButton
                  label={messages.gallery.more(image.user_visible_name)}
                  onClick={() => onAddTerms(image, true)}
                >
                  <ThumbsUp />
                </IconButton>
                <IconButton
                  label={messages.gallery.less(image.user_visible_name)}
                  onClick={() => onAddTerms(image, false)}
                >
                  <ThumbsDown />
                </IconButton>
                <a href={image.view_url} download={image.user_visible_name} className={ACTION}>
                  <Download className="size-4" />{' '}
                  <span className="sr-only sm:not-sr-only">{messages.viewer.download}</span>
                </a>
                <a href={image.view_url} target="_blank" rel="noreferrer" className={ACTION}>
                  <ExternalLink className="size-4" />
                  <span className="sr-only sm:not-sr-only">{messages.viewer.original}</span>
                </a>
                <button
                  type="button"
                  aria-pressed={isChoosingPart}
                  onClick={() => {
                    zoom.reset()
                    setChoosingPart(!isChoosingPart)
                  }}
                  className={`${ACTION} aria-pressed:bg-raised`}
                >
                  <Crop className="size-4" /> {messages.viewer.part}
                </button>
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
