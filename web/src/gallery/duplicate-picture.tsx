import { Check, Trash2 } from 'lucide-react'
import type { Image } from '../api/client.ts'
import { sizedUrl } from '../api/picture-sources.ts'
import { Button } from '../components/button.tsx'
import { PatientImage } from '../components/patient-image.tsx'
import { Segmented } from '../components/segmented.tsx'
import { bytes } from '../messages/format.ts'
import { messages } from '../messages/messages.ts'
import { viewMessages } from '../messages/view-messages.ts'
import { type BestBy, formatOf, type Relation } from './duplicate-choice.ts'
import { dayOf } from './picture-date.ts'

interface CandidateProps {
  image: Image
  /** The number key that keeps or removes it; from 10 on there is none. */
  digit: number
  isKept: boolean
  onToggle: () => void
  onOpen: () => void
}

const FRAME = 'overflow-hidden rounded-sheet bg-surface'
const KEPT = 'outline-2 outline-accent -outline-offset-2'
const frame = (isKept: boolean) => `${FRAME} ${isKept ? KEPT : 'border border-line'}`

/** Shows the suggested picture, large. @param reasons the properties in which it is better than others */
export function SuggestedPicture({
  image,
  digit,
  reasons,
  isKept,
  onToggle,
  onOpen,
}: CandidateProps & { reasons: readonly BestBy[] }) {
  const { duplicates: words } = viewMessages
  return (
    <article data-path={image.path} className={`relative ${frame(isKept)}`}>
      <button type="button" aria-label={image.user_visible_name} onClick={onOpen} className="block w-full">
        <PatientImage
          src={image.preview_url}
          alt=""
          width={image.width}
          height={image.height}
          // The card fits between the head and the decision bar.
          className="max-h-[60vh] w-full bg-sunken object-contain side:max-h-[max(40vh,calc(100dvh-19.75rem))]"
        />
      </button>
      <Button
        size="small"
        variant={isKept ? 'primary' : 'danger'}
        icon={isKept ? <Check /> : <Trash2 />}
        aria-pressed={isKept}
        onClick={onToggle}
        className="absolute top-3.5 left-3.5"
      >
        {isKept ? words.keep : words.trash}
      </Button>
      <Digit digit={digit} className="top-3.5 right-3.5" />
      <div className="flex flex-wrap justify-between gap-x-4 p-5">
        <Facts image={image} />
        <p className="max-w-56 font-medium text-accent-ink side:text-right">
          {words.suggested(reasons.map((reason) => words.reasons[reason]))}
        </p>
      </div>
    </article>
  )
}

/** Another version beside it. @param relation to the suggested picture */
export function OtherPicture({
  image,
  digit,
  relation,
  isKept,
  onToggle,
  onOpen,
}: CandidateProps & { relation: Relation | undefined }) {
  const { duplicates: words } = viewMessages
  return (
    <li
      data-path={image.path}
      className={`grid grid-cols-[2fr_3fr] phone:grid-cols-[1fr_2fr] ${frame(isKept)}`}
    >
      <button
        type="button"
        aria-label={image.user_visible_name}
        onClick={onOpen}
        className="relative grid min-w-0 place-items-center bg-sunken"
      >
        <PatientImage
          src={sizedUrl(image.thumbnail_url, 512)}
          alt=""
          loading="lazy"
          className="max-h-54 w-full object-contain"
        />
        <Digit digit={digit} className="top-2.5 left-2.5" />
      </button>
      <div className="flex min-w-0 flex-col gap-3 p-4 phone:p-3">
        <div>
          <Facts image={image} />
          {relation !== undefined && <p className="pt-1 font-medium text-13">{words.relations[relation]}</p>}
        </div>
        <span className="flex-1" />
        <Segmented
          label={image.user_visible_name}
          value={isKept ? 'keep' : 'trash'}
          onChange={onToggle}
          options={[
            { value: 'keep', text: words.keep },
            {
              value: 'trash',
              text: words.trash,
              icon: <Trash2 className="phone:hidden" />,
              isDanger: true,
            },
          ]}
        />
      </div>
    </li>
  )
}

function Facts({ image }: { image: Image }) {
  return (
    <p className="min-w-0 text-13 text-ink-2 [overflow-wrap:anywhere]">
      <span className="block font-semibold text-14 text-ink">{image.user_visible_name}</span>
      {messages.viewer.size(image.width, image.height)}, {formatOf(image)}, {bytes(image.bytes)}
      <span className="block">
        {dayOf(image)},{' '}
        {image.directory === '.' ? messages.gallery.allPictures : image.directory.replaceAll('/', ' / ')}
      </span>
    </p>
  )
}

function Digit({ digit, className }: { digit: number; className: string }) {
  if (digit > 9) return null
  return (
    <span
      aria-hidden="true"
      className={`absolute rounded-sm bg-picture-veil px-1.5 font-semibold text-12 text-on-picture ${className}`}
    >
      {digit}
    </span>
  )
}
