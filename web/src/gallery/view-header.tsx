import {
  ArrowLeft,
  Columns2,
  Download,
  ExternalLink,
  FolderPlus,
  Info,
  Maximize,
  Minimize,
  Star,
  Trash2,
} from 'lucide-react'
import type { Image } from '../api/client.ts'
import { Button } from '../components/button.tsx'
import { ICON_BUTTON_SIZES, IconButton } from '../components/icon-button.tsx'
import { messages } from '../messages/messages.ts'
import { viewMessages } from '../messages/view-messages.ts'
import type { ImageList } from './image-list.ts'
import type { FullScreen } from './use-full-screen.ts'
import { useStar } from './use-star.ts'
import type { Zoom } from './use-zoom.ts'
import { ZoomControls } from './zoom-controls.tsx'

interface ViewHeaderProps {
  image: Image
  list: ImageList
  index: number | undefined
  isSearch: boolean
  zoom: Zoom
  areDetailsOpen: boolean
  onDetails: () => void
  /** undefined where the browser has no full screen. */
  fullScreen: FullScreen | undefined
  onClose: () => void
  /** undefined if there is nothing to compare with. */
  onCompare: (() => void) | undefined
  onCollect: (image: Image) => void
  /** undefined for users who may not. */
  onDelete: ((image: Image) => void) | undefined
}

/** The way back, the name of the picture, its zoom and the actions for its file. */
export function ViewHeader({
  image,
  list,
  index,
  isSearch,
  zoom,
  areDetailsOpen,
  onDetails,
  fullScreen,
  onClose,
  onCompare,
  onCollect,
  onDelete,
}: ViewHeaderProps) {
  return (
    <header className="flex h-16 shrink-0 items-center gap-1 px-4 phone:px-1">
      <Button variant="ghost" icon={<ArrowLeft />} onClick={onClose}>
        <span className="phone:sr-only">{isSearch ? messages.viewer.results : messages.viewer.gallery}</span>
      </Button>
      {/* Reads out the picture to which a key has led. */}
      <div
        role="status"
        className="flex min-w-0 items-baseline gap-2 pl-3 phone:flex-col phone:gap-0 phone:pl-1"
      >
        <h2 className="min-w-0 max-w-full truncate font-semibold" title={image.path}>
          {image.user_visible_name}
        </h2>
        {index !== undefined && (
          <span className="shrink-0 text-ink-2 tabular-nums phone:text-12">
            {messages.viewer.position(index + 1, list.count)}
          </span>
        )}
      </div>
      <span className="flex-1" />
      <ZoomControls
        isFit={zoom.isFit}
        isActual={zoom.isActual}
        isLargest={zoom.isLargest}
        onFit={zoom.fit}
        onActual={() => zoom.actual()}
        onZoom={(factor) => zoom.by(factor)}
        scale={zoom.scale * devicePixelRatio}
      />
      {/* Where there is no room for them, the sheet of the details has the actions. */}
      <span className="ml-3 hidden gap-1 min-[45rem]:flex">
        <UseActions image={image} onCompare={onCompare} onCollect={onCollect} />
        <FileActions image={image} onDelete={onDelete} />
      </span>
      <IconButton label={messages.viewer.details} keys="I" isPressed={areDetailsOpen} onClick={onDetails}>
        <Info />
      </IconButton>
      {fullScreen && (
        <span className="hidden min-[45rem]:contents">
          <IconButton
            label={fullScreen.isOn ? messages.sheet.small : messages.sheet.large}
            keys="F"
            onClick={fullScreen.toggle}
          >
            {fullScreen.isOn ? <Minimize /> : <Maximize />}
          </IconButton>
        </span>
      )}
    </header>
  )
}

/** Star, comparison and collections. */
export function UseActions({
  image,
  onCompare,
  onCollect,
}: Pick<ViewHeaderProps, 'image' | 'onCompare' | 'onCollect'>) {
  const { collections } = messages
  const { compare } = viewMessages
  const star = useStar()
  const isStarred = image.starred === true
  return (
    <>
      <IconButton
        label={isStarred ? collections.unstar : collections.star}
        isLit={isStarred}
        onClick={() => void star(image)}
      >
        <Star />
      </IconButton>
      {onCompare && (
        <IconButton label={compare.action} onClick={onCompare}>
          <Columns2 />
        </IconButton>
      )}
      <IconButton label={collections.addTo} onClick={() => onCollect(image)}>
        <FolderPlus />
      </IconButton>
    </>
  )
}

export function FileActions({ image, onDelete }: Pick<ViewHeaderProps, 'image' | 'onDelete'>) {
  const link = `grid shrink-0 place-items-center rounded-control text-ink-2 transition-colors duration-hover hover:bg-sunken hover:text-ink [&_svg]:size-5 ${ICON_BUTTON_SIZES.normal}`
  return (
    <>
      <a
        href={image.view_url}
        download={image.user_visible_name}
        aria-label={messages.viewer.download}
        title={messages.viewer.download}
        className={link}
      >
        <Download />
      </a>
      <a
        href={image.view_url}
        target="_blank"
        rel="noreferrer"
        aria-label={messages.viewer.openOriginal}
        title={messages.viewer.openOriginal}
        className={link}
      >
        <ExternalLink />
      </a>
      {onDelete && (
        <IconButton
          label={messages.viewer.trash}
          keys={messages.shortcuts.delete}
          onClick={() => onDelete(image)}
        >
          <Trash2 />
        </IconButton>
      )}
    </>
  )
}
