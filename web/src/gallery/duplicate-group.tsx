import { Check, Trash2 } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import type { Image } from '../api/client.ts'
import { sizedUrl } from '../api/picture-sources.ts'
import { Button } from '../components/button.tsx'
import { isTyping } from '../components/is-typing.ts'
import { PatientImage } from '../components/patient-image.tsx'
import { Segmented } from '../components/segmented.tsx'
import { areSingleKeysOn } from '../components/single-keys.ts'
import { bytes, day } from '../messages/format.ts'
import { messages } from '../messages/messages.ts'
import { viewMessages } from '../messages/view-messages.ts'
import type { DuplicateGroup } from './use-duplicates.ts'

interface DuplicateGroupProps {
  group: DuplicateGroup
  /** Such as “Group 1 of 86”. */
  position: string
  onOpen: (image: Image) => void
  /** Takes the pictures that go; undefined for users who may not. */
  onApply: ((images: Image[]) => void) | undefined
  onSkip: () => void
  /** To the next group or the one before. */
  onStep: (step: 1 | -1) => void
}

/** One group: the suggested picture large, the others beside it, and the decision below. */
export function DuplicateGroupView({
  group,
  position,
  onOpen,
  onApply,
  onSkip,
  onStep,
}: DuplicateGroupProps) {
  const { duplicates: words } = viewMessages
  const [suggested, ...others] = group.images
  const [kept, setKept] = useState<ReadonlySet<string>>(new Set([suggested!.id]))
  const toggle = (image: Image) => {
    const next = new Set(kept)
    if (!next.delete(image.id)) next.add(image.id)
    setKept(next)
  }
  const gone = group.images.filter(({ id }) => !kept.has(id))
  const apply = onApply && gone.length > 0 ? () => onApply(gone) : undefined
  useGroupKeys({ group, toggle, apply, onStep })
  return (
    <div className="flex min-w-0 flex-1 flex-col">
      <div className="min-h-0 flex-1 overflow-y-auto p-5">
        <p className="flex items-baseline gap-3 pb-3">
          <span className="title text-20">{position}</span>
          <span className="text-ink-2">{words.versions(group.images.length)}</span>
        </p>
        <div className="grid gap-3.5 side:grid-cols-[minmax(0,1fr)_26.5rem]">
          <Suggested
            image={suggested!}
            isKept={kept.has(suggested!.id)}
            onToggle={() => toggle(suggested!)}
            onOpen={() => onOpen(suggested!)}
          />
          <ul className="m-0 flex list-none flex-col gap-3.5 p-0">
            {others.map((image, n) => (
              <Other
                key={image.id}
                image={image}
                digit={n + 2}
                isKept={kept.has(image.id)}
                onToggle={() => toggle(image)}
                onOpen={() => onOpen(image)}
              />
            ))}
          </ul>
        </div>
      </div>
      <footer className="flex h-18 shrink-0 items-center gap-2 border-line border-t bg-surface px-5">
        <p className="text-13 text-ink-2 stacked:hidden">
          <Key>1</Key>–<Key>{String(Math.min(9, group.images.length))}</Key> {words.keys} <Key>↓</Key>{' '}
          {words.nextKey}
        </p>
        <span className="flex-1" />
        <Button onClick={onSkip}>{words.skip}</Button>
        {onApply && (
          <Button variant="primary" disabled={apply === undefined} onClick={apply}>
            {words.apply(kept.size, gone.length)}
          </Button>
        )}
      </footer>
    </div>
  )
}

interface GroupKeys {
  group: DuplicateGroup
  toggle: (image: Image) => void
  apply: (() => void) | undefined
  onStep: (step: 1 | -1) => void
}

function useGroupKeys(keys: GroupKeys): void {
  const latest = useRef(keys)
  latest.current = keys
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const { group, toggle, apply, onStep } = latest.current
      const isCovered = document.querySelector('dialog[open], [role=dialog], [role=menu]') !== null
      if (isTyping(event) || isCovered || event.ctrlKey || event.metaKey || event.altKey) return
      const isButton = event.target instanceof HTMLButtonElement
      const image = areSingleKeysOn() ? group.images[Number(event.key) - 1] : undefined
      if (image !== undefined) toggle(image)
      else if (event.key === 'ArrowDown') onStep(1)
      else if (event.key === 'ArrowUp') onStep(-1)
      else if (event.key === 'Enter' && !isButton && apply !== undefined) apply()
      else return
      event.preventDefault()
    }
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  }, [])
}

interface CandidateProps {
  image: Image
  isKept: boolean
  onToggle: () => void
  onOpen: () => void
}

function Suggested({ image, isKept, onToggle, onOpen }: CandidateProps) {
  const { duplicates: words } = viewMessages
  return (
    <article
      data-path={image.path}
      className={`relative overflow-hidden rounded-sheet bg-surface ${isKept ? 'outline-2 outline-accent -outline-offset-2' : 'border border-line'}`}
    >
      <button type="button" aria-label={image.user_visible_name} onClick={onOpen} className="block w-full">
        <PatientImage
          src={image.preview_url}
          alt=""
          width={image.width}
          height={image.height}
          className="max-h-[60vh] w-full bg-sunken object-contain"
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
      <div className="flex flex-wrap justify-between gap-x-4 p-5">
        <Facts image={image} />
        <p className="max-w-48 font-medium text-accent-ink">{words.suggested}</p>
      </div>
    </article>
  )
}

function Other({ image, digit, isKept, onToggle, onOpen }: CandidateProps & { digit: number }) {
  const { duplicates: words } = viewMessages
  return (
    <li
      data-path={image.path}
      className={`grid grid-cols-2 overflow-hidden rounded-sheet bg-surface ${isKept ? 'outline-2 outline-accent -outline-offset-2' : 'border border-line'}`}
    >
      <button
        type="button"
        aria-label={image.user_visible_name}
        onClick={onOpen}
        className="relative grid place-items-center bg-sunken"
      >
        <PatientImage
          src={sizedUrl(image.thumbnail_url, 512)}
          alt=""
          loading="lazy"
          className="max-h-54 w-full object-contain"
        />
        {digit < 10 && (
          <span className="absolute top-2.5 left-2.5 rounded-sm bg-picture-veil px-1.5 font-semibold text-12 text-on-picture">
            {digit}
          </span>
        )}
      </button>
      <div className="flex min-w-0 flex-col gap-3 p-4">
        <Facts image={image} />
        <span className="flex-1" />
        <Segmented
          label={image.user_visible_name}
          value={isKept ? 'keep' : 'trash'}
          onChange={onToggle}
          options={[
            { value: 'keep', text: words.keep },
            { value: 'trash', text: words.trash, icon: <Trash2 /> },
          ]}
        />
      </div>
    </li>
  )
}

function Facts({ image }: { image: Image }) {
  const { viewer } = messages
  const format =
    image.content_type === 'image/x-dcraw' ? viewer.raw : image.content_type.replace('image/', '')
  return (
    <p className="min-w-0 text-13 text-ink-2 [overflow-wrap:anywhere]">
      <span className="block font-semibold text-14 text-ink">{image.user_visible_name}</span>
      {viewer.size(image.width, image.height)}, {format.toUpperCase()}, {bytes(image.bytes)}
      <span className="block">
        {day(image.modified_at)},{' '}
        {image.directory === '.' ? messages.gallery.allPictures : image.directory.replaceAll('/', ' / ')}
      </span>
    </p>
  )
}

function Key({ children }: { children: string }) {
  return (
    <kbd className="rounded-sm border border-line border-b-2 bg-page px-1.25 font-sans text-12">
      {children}
    </kbd>
  )
}
