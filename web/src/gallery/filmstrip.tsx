import { useEffect, useRef } from 'react'
import type { Image } from '../api/client.ts'
import { placeholderOf, sizedUrl } from '../api/picture-sources.ts'
import { PatientImage } from '../components/patient-image.tsx'
import { messages } from '../messages/messages.ts'
import { aspectOf } from './grid-layout.ts'
import type { ImageList } from './image-list.ts'

interface FilmstripProps {
  list: Pick<ImageList, 'count' | 'imageAt'>
  /** Index of the current picture. */
  index: number
  onOpen: (image: Image, index: number) => void
}

/** Pictures on either side; further ones are loaded while the user moves on. */
const PICTURES_PER_SIDE = 16
const HEIGHT_REM = 3.5

/** The pictures before and after the current one, which is in the middle. */
export function Filmstrip({ list, index, onOpen }: FilmstripProps) {
  const ref = useRef<HTMLElement>(null)
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each picture
  useEffect(() => {
    const strip = ref.current
    const current = strip?.querySelector<HTMLElement>('[aria-current]')
    if (!strip || !current) return
    strip.scrollTo({ left: current.offsetLeft + current.offsetWidth / 2 - strip.clientWidth / 2 })
  }, [index])
  const places = Array.from({ length: 2 * PICTURES_PER_SIDE + 1 }, (_, n) => index - PICTURES_PER_SIDE + n)
  const images = places.flatMap((place) => {
    const image = place >= 0 && place < list.count ? list.imageAt(place) : undefined
    return image === undefined ? [] : [{ place, image }]
  })
  return (
    <nav
      ref={ref}
      aria-label={messages.viewer.filmstrip}
      className="relative flex h-25 shrink-0 items-center gap-1.25 overflow-x-auto px-[50%] [scrollbar-width:none] phone:h-16"
    >
      {images.map(({ place, image }) => {
        const isCurrent = place === index
        const placeholder = placeholderOf(image)
        return (
          <button
            key={image.id}
            type="button"
            // The keys lead to other pictures; the strip itself scrolls by keys while this one has the focus.
            tabIndex={isCurrent ? 0 : -1}
            aria-label={image.user_visible_name}
            aria-current={isCurrent || undefined}
            onClick={() => onOpen(image, place)}
            style={{
              width: `${HEIGHT_REM * aspectOf(image)}rem`,
              ...(placeholder === undefined ? {} : { backgroundImage: `url(${placeholder})` }),
            }}
            className={`h-14 shrink-0 overflow-hidden rounded-tile bg-sunken bg-cover phone:h-12 ${isCurrent ? 'focus-ring' : 'opacity-80 hover:opacity-100'}`}
          >
            <PatientImage
              src={sizedUrl(image.thumbnail_url, 256)}
              alt=""
              className="size-full object-cover"
            />
          </button>
        )
      })}
    </nav>
  )
}
