import { Calendar, Camera, Folder, Image as ImageIcon, MapPin, Star, Tag, TriangleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import type { Image } from '../api/client.ts'
import {
  bytes,
  clockTimeOfDay,
  coordinates,
  exposure,
  longClockDay,
  longDay,
  number,
  timeOfDay,
} from '../messages/format.ts'
import { messages } from '../messages/messages.ts'
import { viewMessages } from '../messages/view-messages.ts'
import { useCopy } from './use-copy.ts'

interface PictureFactsProps {
  image: Image
  onFolder: () => void
  /** Shows the files that the picture stands for. */
  onFiles: () => void
  /** Narrows the gallery to pictures from near its place. */
  onNear: (latitude: number, longitude: number) => void
}

/** Details of a picture and of its file. */
export function PictureFacts({ image, onFolder, onFiles, onNear }: PictureFactsProps) {
  const { viewer } = messages
  const { copyPath, copyLink } = useCopy()
  const { copying } = viewMessages
  const isRaw = image.content_type === 'image/x-dcraw'
  const format = isRaw ? viewer.raw : image.content_type.replace('image/', '').toUpperCase()
  return (
    <ul className="m-0 flex list-none flex-col gap-4 p-0">
      {image.note !== null && (
        <Fact icon={<TriangleAlert className="text-danger" />} detail={image.note}>
          {viewer.damaged}
        </Fact>
      )}
      <Texts image={image} />
      <Taken image={image} />
      <Shot image={image} />
      <Fact
        icon={<ImageIcon />}
        detail={
          <>
            {format}, {bytes(image.bytes)}
            {isRaw && <span className="block">{viewer.rawShown}</span>}
          </>
        }
      >
        {viewer.size(image.width, image.height)}, {viewer.megapixels((image.width * image.height) / 1e6)}
      </Fact>
      <Fact
        icon={<Folder />}
        detail={
          <span className="flex flex-wrap gap-x-3">
            <button type="button" onClick={onFolder} className="underline coarse:min-h-11">
              {viewer.showInFolder}
            </button>
            <button type="button" onClick={() => void copyPath(image)} className="underline coarse:min-h-11">
              {copying.path}
            </button>
            <button type="button" onClick={() => void copyLink()} className="underline coarse:min-h-11">
              {copying.link}
            </button>
            {image.copies ? (
              <button type="button" onClick={onFiles} className="underline coarse:min-h-11">
                {messages.gallery.showFiles(image.copies + 1)}
              </button>
            ) : null}
          </span>
        }
      >
        {image.directory === '.' ? messages.gallery.allPictures : image.directory.replaceAll('/', ' / ')}
      </Fact>
      <Place image={image} onNear={onNear} />
    </ul>
  )
}

function Taken({ image: { captured_at, modified_at } }: { image: Image }) {
  const { viewer } = messages
  if (captured_at === null) {
    return (
      <Fact icon={<Calendar />} detail={viewer.fromFile(timeOfDay(modified_at))}>
        <time dateTime={modified_at}>{longDay(modified_at)}</time>
      </Fact>
    )
  }
  return (
    <Fact icon={<Calendar />} detail={viewer.fromCamera(clockTimeOfDay(captured_at))}>
      <time dateTime={captured_at}>{longClockDay(captured_at)}</time>
    </Fact>
  )
}

/** The camera and its settings. */
function Shot({ image }: { image: Image }) {
  const { camera, lens, focal_length, f_number, exposure_time, iso } = image
  const settings = [
    focal_length === null ? '' : `${number(focal_length)} mm`,
    f_number === null ? '' : `f/${number(f_number)}`,
    exposure_time === null ? '' : exposure(exposure_time),
    iso === null ? '' : `ISO ${iso}`,
  ].filter((text) => text !== '')
  if (camera === null && lens === null && settings.length === 0) return null
  return (
    <Fact
      icon={<Camera />}
      detail={
        <>
          {camera !== null && lens !== null && <span className="block">{lens}</span>}
          {settings.join(', ')}
        </>
      }
    >
      {camera ?? lens ?? messages.gallery.camera}
    </Fact>
  )
}

/** Texts that people wrote into the file. */
function Texts({ image: { title, caption, keywords, rating } }: { image: Image }) {
  return (
    <>
      {(title !== null || caption !== null || keywords.length > 0) && (
        <Fact
          icon={<Tag />}
          detail={
            <>
              {title !== null && caption !== null && <span className="block">{caption}</span>}
              {keywords.join(', ')}
            </>
          }
        >
          {title ?? caption ?? messages.viewer.keywords}
        </Fact>
      )}
      {rating !== null && rating > 0 && (
        <Fact icon={<Star />} detail={undefined}>
          <span role="img" aria-label={messages.viewer.stars(rating)}>
            {'★'.repeat(rating)}
          </span>
        </Fact>
      )}
    </>
  )
}

function Place({ image: { latitude, longitude }, onNear }: Pick<PictureFactsProps, 'image' | 'onNear'>) {
  if (latitude === null || longitude === null) return null
  return (
    <Fact
      icon={<MapPin />}
      detail={
        <button
          type="button"
          onClick={() => onNear(latitude, longitude)}
          className="underline coarse:min-h-11"
        >
          {messages.viewer.nearThisPlace}
        </button>
      }
    >
      {coordinates(latitude, longitude)}
    </Fact>
  )
}

function Fact({ icon, detail, children }: { icon: ReactNode; detail: ReactNode; children: ReactNode }) {
  return (
    <li className="flex gap-3 [&_svg]:mt-0.5 [&_svg]:size-4.5 [&_svg]:text-ink-2">
      {icon}
      <span className="min-w-0 [overflow-wrap:anywhere]">
        {children}
        <span className="block text-13 text-ink-2">{detail}</span>
      </span>
    </li>
  )
}
