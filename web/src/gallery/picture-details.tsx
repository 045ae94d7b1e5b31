import { useQuery } from '@tanstack/react-query'
import { Calendar, Crop, Folder, Image as ImageIcon, Minus, Plus, ScanSearch } from 'lucide-react'
import type { ReactNode } from 'react'
import { type Image, search } from '../api/client.ts'
import { sizedUrl } from '../api/picture-sources.ts'
import { Button } from '../components/button.tsx'
import { PatientImage } from '../components/patient-image.tsx'
import { bytes, longDay, percent, timeOfDay } from '../messages/format.ts'
import { messages } from '../messages/messages.ts'

export interface PictureActionsProps {
  image: Image
  onFindSimilar: () => void
  onAddTerms: (isWanted: boolean) => void
  onRegion: () => void
  onFolder: () => void
  onOpen: (image: Image) => void
  /** How each part of the search matched, best first. */
  parts: readonly { name: string; score: number }[]
}

/** Actions on a picture, and its details. */
export function PictureDetails(props: PictureActionsProps) {
  const { image, parts, onFindSimilar, onAddTerms, onRegion, onFolder, onOpen } = props
  const { viewer } = messages
  const isRaw = image.content_type === 'image/x-dcraw'
  const format = isRaw ? viewer.raw : image.content_type.replace('image/', '').toUpperCase()
  return (
    <div className="flex flex-col gap-5">
      <div className="grid grid-cols-2 gap-2">
        <Button
          variant="primary"
          size="large"
          icon={<ScanSearch />}
          onClick={onFindSimilar}
          className="col-span-2"
        >
          {viewer.findSimilar}
        </Button>
        <Button icon={<Plus />} onClick={() => onAddTerms(true)}>
          {viewer.moreLikeThis}
        </Button>
        <Button icon={<Minus />} onClick={() => onAddTerms(false)}>
          {viewer.lessLikeThis}
        </Button>
        <Button icon={<Crop />} onClick={onRegion} className="col-span-2">
          {viewer.searchRegion}
        </Button>
      </div>
      <ul className="m-0 flex list-none flex-col gap-4 p-0">
        <Fact icon={<Calendar />} detail={viewer.fromFile(timeOfDay(image.modified_at))}>
          <time dateTime={image.modified_at}>{longDay(image.modified_at)}</time>
        </Fact>
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
            <button type="button" onClick={onFolder} className="underline">
              {viewer.showInFolder}
            </button>
          }
        >
          {image.directory === '.' ? messages.gallery.allPictures : image.directory.replaceAll('/', ' / ')}
        </Fact>
      </ul>
      {image.score !== undefined && (
        <section className="border-line border-t pt-4">
          <h3 className="flex justify-between font-semibold">
            {viewer.whyMatched} <span>{percent(image.score)}</span>
          </h3>
          <dl className="mt-2 flex flex-col gap-1.5 text-13">
            {parts.map(({ name, score }, n) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: parts have no identity of their own
              <div key={n} className="flex items-center gap-3">
                <dt className="w-24 truncate">{name}</dt>
                <dd className="flex flex-1 items-center gap-3">
                  <Meter share={score} />
                  <span className="w-10 text-right text-ink-2">{percent(score)}</span>
                </dd>
              </div>
            ))}
          </dl>
        </section>
      )}
      <LooksAlike image={image} onOpen={onOpen} />
    </div>
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

function Meter({ share }: { share: number }) {
  return (
    <svg
      aria-hidden="true"
      viewBox="0 0 100 4"
      preserveAspectRatio="none"
      className="h-1 flex-1 rounded-full"
    >
      <rect width="100" height="4" className="fill-sunken" />
      <rect width={100 * Math.max(0, Math.min(1, share))} height="4" className="fill-ink" />
    </svg>
  )
}

const ALIKE = 6

function LooksAlike({ image, onOpen }: Pick<PictureActionsProps, 'image' | 'onOpen'>) {
  const { data } = useQuery({
    queryKey: ['images', 'alike', image.id],
    queryFn: ({ signal }) => {
      const query = { items_per_page: ALIKE + 1 }
      const parts = [{ kind: 'image_id' as const, image_id: image.id }]
      return search({ parts, top_k: ALIKE + 1, query }, {}, signal)
    },
    retry: false,
    staleTime: 60_000,
  })
  const alike = (data?.images ?? []).filter(({ id }) => id !== image.id).slice(0, ALIKE)
  if (alike.length === 0) return null
  return (
    <section className="border-line border-t pt-4">
      <h3 className="font-semibold">{messages.viewer.looksAlike}</h3>
      <ul className="m-0 mt-2 grid list-none grid-cols-3 gap-1 p-0">
        {alike.map((other) => (
          <li key={other.id}>
            <button
              type="button"
              aria-label={other.user_visible_name}
              title={other.path}
              onClick={() => onOpen(other)}
              className="block aspect-4/3 w-full overflow-hidden rounded-tile bg-sunken"
            >
              <PatientImage
                src={sizedUrl(other.thumbnail_url, 256)}
                alt=""
                className="size-full object-cover"
              />
            </button>
          </li>
        ))}
      </ul>
    </section>
  )
}
