import { useQuery } from '@tanstack/react-query'
import { ChevronLeft, ChevronRight, Minus, Plus, ScanSearch, X } from 'lucide-react'
import { type ReactNode, type RefObject, useEffect, useRef, useState } from 'react'
import { ApiError, getImage, type Image } from '../api/client.ts'
import { BottomSheet, DETENTS, type Detent } from '../components/bottom-sheet.tsx'
import { Button } from '../components/button.tsx'
import { IconButton } from '../components/icon-button.tsx'
import { useServerBack } from '../components/server-back.ts'
import { useCommandKeys } from '../components/use-command-keys.ts'
import { useFocusReturn } from '../components/use-focus-return.ts'
import { useHasPanel } from '../components/use-layout.ts'
import { messages } from '../messages/messages.ts'
import { viewMessages } from '../messages/view-messages.ts'
import { useStoredFlag } from '../state/settings.ts'
import { useBackInstead } from '../state/use-back-instead.ts'
import { DriveAway, useIsAway } from './drive-away.tsx'
import { Filmstrip } from './filmstrip.tsx'
import { HeatMap, type MatchView } from './heat-map.tsx'
import type { ImageList } from './image-list.ts'
import { MissingPicture } from './missing-picture.tsx'
import { PictureDetails } from './picture-details.tsx'
import { useElementSize } from './use-element-size.ts'
import { useFullScreen } from './use-full-screen.ts'
import { useViewKeys } from './use-view-keys.ts'
import { useZoom, type Zoom } from './use-zoom.ts'
import { FileActions, UseActions, ViewHeader } from './view-header.tsx'
import { ZoomableImage } from './zoomable-image.tsx'

export interface LargeViewProps {
  id: string
  list: ImageList
  /** Position of the picture in the list; undefined if it is not known. */
  index: number | undefined
  isSearch: boolean
  parts: readonly { name: string; score: number }[]
  match: MatchView
  onOpen: (image: Image, index: number) => void
  /** A picture that is not in the list. */
  onOpenOther: (image: Image) => void
  onClose: () => void
  onFindSimilar: (image: Image) => void
  onAddTerms: (image: Image, isWanted: boolean) => void
  onRegion: (image: Image) => void
  onFolder: (image: Image) => void
  /** Shows the files that a picture stands for. */
  onFiles: (image: Image) => void
  onNear: (latitude: number, longitude: number) => void
  /** undefined if the model understands no words. */
  onWords: ((words: string) => void) | undefined
  /** With the picture beside it. */
  onCompare: (images: readonly Image[]) => void
  onCollect: (image: Image) => void
  /** undefined for users who may not. */
  onDelete: ((image: Image) => void) | undefined
}

/** One picture as large as the window, with its neighbours and details. */
export function LargeView(props: LargeViewProps) {
  const { id, list, index, onClose } = props
  const listed = index === undefined ? undefined : list.imageAt(index)
  const known = listed?.id === id ? listed : undefined
  const rootRef = useRef<HTMLDivElement>(null)
  const { data, error, refetch } = useQuery({
    queryKey: ['images', 'one', id],
    queryFn: ({ signal }) => getImage(id, signal),
    retry: false,
  })
  const isGone = error instanceof ApiError && error.code === 'image_not_found'
  // Details from the list are shown at once, and stay if no others can be loaded.
  const details = isGone ? undefined : (data ?? known)
  // Only the list has these.
  const image = details && { ...details, score: known?.score, copies: known?.copies }
  const isMissing = image === undefined
  // Also when the picture goes: with it goes the element that had the focus.
  // biome-ignore lint/correctness/useExhaustiveDependencies: whenever there is a picture, or none any more
  useEffect(() => rootRef.current?.focus({ preventScroll: true }), [isMissing])
  useCommandKeys(({ key }) => (isMissing && key === 'Escape' ? onClose : undefined))
  const to = (place: number) => {
    const other = list.imageAt(place)
    return other && (() => props.onOpen(other, place))
  }
  const onPrevious = index === undefined ? undefined : to(index - 1)
  const onNext = index === undefined ? undefined : to(index + 1)
  usePrefetch(index === undefined ? [] : [list.imageAt(index + 1), list.imageAt(index - 1)])
  return (
    <div
      ref={rootRef}
      role="dialog"
      aria-modal="true"
      tabIndex={-1}
      aria-label={image?.user_visible_name ?? (isGone ? messages.viewer.gone : messages.viewer.loading)}
      className="fixed inset-0 z-30 bg-page clear-of-edges pb-[env(safe-area-inset-bottom)] outline-none"
    >
      {image === undefined ? (
        <MissingPicture
          text={isGone ? messages.viewer.gone : error?.message}
          onRetry={isGone ? undefined : () => void refetch()}
          onClose={onClose}
          isSearch={props.isSearch}
        />
      ) : (
        <Viewed {...props} image={image} onPrevious={onPrevious} onNext={onNext} />
      )}
    </div>
  )
}

interface ViewedProps extends LargeViewProps {
  image: Image
  onPrevious: (() => void) | undefined
  onNext: (() => void) | undefined
}

function Viewed(props: ViewedProps) {
  const { image, list, index, onDelete } = props
  const frameRef = useRef<HTMLDivElement>(null)
  const frame = useElementSize(frameRef)
  const [isKept, setKept] = useState(false)
  const zoom = useZoom(image.id, image, frame, isKept)
  const [areDetailsOpen, setDetailsOpen] = useStoredFlag('details', true)
  const hasPanel = useHasPanel()
  const sheet = useDetailsSheet(!hasPanel)
  const other = index === undefined ? undefined : (list.imageAt(index + 1) ?? list.imageAt(index - 1))
  const onCompare = other && (() => props.onCompare([image, other]))
  const toggleDetails = () => (hasPanel ? setDetailsOpen(!areDetailsOpen) : sheet.toggle())
  const fullScreen = useFullScreen()
  useViewKeys({
    ...props,
    zoom,
    onClose: sheet.isOpen ? sheet.close : props.onClose,
    onKeep: () => setKept(!isKept),
    onDetails: toggleDetails,
    onFullScreen: fullScreen?.toggle,
  })
  const details = <Details {...props} />
  return (
    <div className="flex h-full flex-col">
      <ViewHeader
        {...props}
        onCompare={onCompare}
        zoom={zoom}
        areDetailsOpen={hasPanel ? areDetailsOpen : sheet.isOpen}
        onDetails={toggleDetails}
        fullScreen={fullScreen}
      />
      <div className="flex min-h-0 flex-1">
        {/* The sheet of the details leaves the picture in view. */}
        <div
          style={sheet.isOpen ? { paddingBottom: `${DETENTS[sheet.detent === 0 ? 0 : 1] * 100}dvh` } : {}}
          className="flex min-w-0 flex-1 flex-col"
        >
          <Stage {...props} zoom={zoom} frameRef={frameRef} />
          {index !== undefined && !sheet.isOpen && (
            <Filmstrip list={list} index={index} onOpen={props.onOpen} />
          )}
          {!hasPanel && !sheet.isOpen && <PhoneActions {...props} />}
        </div>
        {areDetailsOpen && hasPanel && (
          <aside
            aria-label={messages.viewer.details}
            className="w-86 shrink-0 overflow-y-auto rounded-tl-card border-line border-t border-l bg-surface p-5.5"
          >
            {details}
          </aside>
        )}
      </div>
      {sheet.isOpen && (
        <DetailsSheet detent={sheet.detent} onDetent={sheet.setDetent} onClose={sheet.close}>
          {details}
          <div className="flex gap-1 pt-4 min-[45rem]:hidden">
            <UseActions image={image} onCompare={onCompare} onCollect={props.onCollect} />
            <FileActions image={image} onDelete={onDelete} />
          </div>
        </DetailsSheet>
      )}
    </div>
  )
}

/** The sheet with the details, which Back closes. @param isUsed whether there is no panel for them */
function useDetailsSheet(isUsed: boolean) {
  const [isWanted, setWanted] = useState(false)
  const [detent, setDetent] = useState<Detent>(1)
  const isOpen = isUsed && isWanted
  const rememberFocus = useFocusReturn(isOpen)
  const close = () => setWanted(false)
  useBackInstead(isOpen, close)
  return {
    isOpen,
    detent,
    setDetent,
    close,
    toggle() {
      if (isOpen) return close()
      rememberFocus()
      setDetent(1)
      setWanted(true)
    },
  }
}

interface DetailsSheetProps {
  detent: Detent
  onDetent: (detent: Detent) => void
  onClose: () => void
  children: ReactNode
}

/** The details below a picture that stays in view. */
function DetailsSheet({ detent, onDetent, onClose, children }: DetailsSheetProps) {
  const { details } = messages.viewer
  return (
    <BottomSheet
      label={details}
      detent={detent}
      onDetent={onDetent}
      labels={viewMessages.detailsSheet}
      isMain={false}
      head={
        <div className="flex items-center justify-between pr-1 pb-1 pl-4">
          <h3 className="title text-20">{details}</h3>
          <IconButton label={messages.app.close} onClick={onClose}>
            <X />
          </IconButton>
        </div>
      }
    >
      <div className="h-full overflow-y-auto px-4 pb-[calc(env(safe-area-inset-bottom)+1.25rem)]">
        {children}
      </div>
    </BottomSheet>
  )
}

interface StageProps extends Pick<ViewedProps, 'image' | 'match' | 'onPrevious' | 'onNext' | 'onClose'> {
  zoom: Zoom
  frameRef: RefObject<HTMLDivElement | null>
}

/** The picture, with buttons to those beside it. */
function Stage({ image, match, zoom, frameRef, onPrevious, onNext, onClose }: StageProps) {
  const [broken, setBroken] = useState<string>()
  const [failed, setFailed] = useState<string>()
  const isAway = useIsAway(image, failed === image.id)
  useServerBack(() => setBroken(undefined))
  return (
    <div className="relative min-h-0 flex-1 px-16 phone:px-0">
      <ZoomableImage
        frameRef={frameRef}
        image={image}
        problem={broken === image.id && !isAway ? messages.viewer.unreadable : undefined}
        zoom={zoom}
        overlay={match.shown && <HeatMap {...match.shown} />}
        onPrevious={onPrevious}
        onNext={onNext}
        onClose={onClose}
        onFailed={() => setFailed(image.id)}
        onBroken={() => setBroken(image.id)}
      />
      {isAway && <DriveAway />}
      <SideButton label={messages.viewer.previous} side="left-2.5" onClick={onPrevious}>
        <ChevronLeft />
      </SideButton>
      <SideButton label={messages.viewer.next} side="right-2.5" onClick={onNext}>
        <ChevronRight />
      </SideButton>
    </div>
  )
}

function Details(props: ViewedProps) {
  const { image } = props
  return (
    <PictureDetails
      image={image}
      parts={props.parts}
      match={props.match}
      onFindSimilar={() => props.onFindSimilar(image)}
      onAddTerms={(isWanted) => props.onAddTerms(image, isWanted)}
      onRegion={() => props.onRegion(image)}
      onFolder={() => props.onFolder(image)}
      onFiles={() => props.onFiles(image)}
      onNear={props.onNear}
      onWords={props.onWords}
      onOpen={props.onOpenOther}
    />
  )
}

function PhoneActions({ image, onFindSimilar, onAddTerms }: ViewedProps) {
  const { viewer } = messages
  return (
    <div className="flex shrink-0 gap-2 px-3 pt-1 pb-3">
      <Button
        variant="primary"
        size="large"
        icon={<ScanSearch />}
        onClick={() => onFindSimilar(image)}
        className="flex-1"
      >
        {viewer.findSimilar}
      </Button>
      <Button size="large" aria-label={viewer.moreLikeThis} onClick={() => onAddTerms(image, true)}>
        <Plus />
      </Button>
      <Button size="large" aria-label={viewer.lessLikeThis} onClick={() => onAddTerms(image, false)}>
        <Minus />
      </Button>
    </div>
  )
}

interface SideButtonProps {
  label: string
  side: string
  onClick: (() => void) | undefined
  children: ReactNode
}

function SideButton({ label, side, onClick, children }: SideButtonProps) {
  if (onClick === undefined) return null
  return (
    <div
      className={`absolute top-1/2 -translate-y-1/2 rounded-full bg-surface shadow-rest coarse:hidden ${side}`}
    >
      <IconButton label={label} onClick={onClick} isRound>
        {children}
      </IconButton>
    </div>
  )
}

/** Fetches the neighbours ahead, so that the next picture is shown at once. */
function usePrefetch(images: readonly (Image | undefined)[]): void {
  const urls = images.flatMap((image) => image?.preview_url ?? []).join(' ')
  useEffect(() => {
    for (const url of urls.split(' ').filter(Boolean)) new window.Image().src = url
  }, [urls])
}
