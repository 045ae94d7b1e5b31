import { useQuery } from '@tanstack/react-query'
import { Crop, Flame, Minus, Plus, ScanSearch } from 'lucide-react'
import type { Image } from '../api/client.ts'
import { sizedUrl } from '../api/picture-sources.ts'
import { search } from '../api/search.ts'
import { Button } from '../components/button.tsx'
import { PatientImage } from '../components/patient-image.tsx'
import { percent } from '../messages/format.ts'
import { language } from '../messages/language.ts'
import { messages } from '../messages/messages.ts'
import type { MatchView } from './heat-map.tsx'
import { PictureFacts } from './picture-facts.tsx'

export interface PictureActionsProps {
  image: Image
  onFindSimilar: () => void
  onAddTerms: (isWanted: boolean) => void
  onRegion: () => void
  onFolder: () => void
  /** Shows the files that the picture stands for. */
  onFiles: () => void
  /** Narrows the gallery to pictures from near its place. */
  onNear: (latitude: number, longitude: number) => void
  /** undefined if the model understands no words. */
  onWords: ((words: string) => void) | undefined
  onOpen: (image: Image) => void
  /** How each part of the search matched, best first. */
  parts: readonly { name: string; score: number }[]
  match: MatchView
}

/** Actions on a picture, and its details. */
export function PictureDetails(props: PictureActionsProps) {
  const { image, parts, match, onFindSimilar, onAddTerms, onRegion, onOpen, onWords } = props
  const { viewer } = messages
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
      <PictureFacts image={image} onFolder={props.onFolder} onFiles={props.onFiles} onNear={props.onNear} />
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
                  <span className="w-10 text-right text-ink-2 tabular-nums">{percent(score)}</span>
                </dd>
              </div>
            ))}
          </dl>
          <WhereItMatches match={match} />
        </section>
      )}
      <LooksAlike image={image} onOpen={onOpen} onWords={onWords} />
    </div>
  )
}

/** Shows the heat map and the words of the picture. */
function WhereItMatches({ match }: { match: MatchView }) {
  const { viewer } = messages
  return (
    <>
      <Button
        icon={<Flame />}
        aria-pressed={match.isShown}
        variant={match.isShown ? 'chosen' : 'plain'}
        isBusy={match.isPending}
        onClick={match.toggle}
        className="mt-3 w-full"
      >
        {viewer.showMatch}
      </Button>
      {match.error !== undefined && (
        <p role="alert" className="mt-2 text-13 text-danger">
          {match.error}
        </p>
      )}
      {match.shown && <p className="mt-2 text-13 text-ink-2">{viewer.matchExplained}</p>}
    </>
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

const SIMILAR_PICTURES = 6

/** Pictures like it, and words for it. */
function LooksAlike({ image, onOpen, onWords }: Pick<PictureActionsProps, 'image' | 'onOpen' | 'onWords'>) {
  const { data } = useQuery({
    queryKey: ['images', 'alike', image.id],
    queryFn: ({ signal }) => {
      const query = { items_per_page: SIMILAR_PICTURES + 1 }
      const parts = [{ kind: 'image_id' as const, image_id: image.id }]
      return search({ parts, top_k: SIMILAR_PICTURES + 1, query, words: true, language }, {}, signal)
    },
    retry: false,
    staleTime: 60_000,
  })
  const alike = (data?.images ?? []).filter(({ id }) => id !== image.id).slice(0, SIMILAR_PICTURES)
  const words = data?.images.find(({ id }) => id === image.id)?.words ?? []
  if (alike.length === 0) return null
  return (
    <section className="border-line border-t pt-4">
      {onWords && words.length > 0 && (
        <>
          <h3 className="font-semibold">{messages.viewer.inWords}</h3>
          <p className="mt-2 mb-4 flex flex-wrap gap-1.5">
            {words.map((word) => (
              <Button key={word} size="small" onClick={() => onWords(word)}>
                {word}
              </Button>
            ))}
          </p>
        </>
      )}
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
