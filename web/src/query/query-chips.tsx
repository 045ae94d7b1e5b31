import { useQuery } from '@tanstack/react-query'
import { PencilLine, Type } from 'lucide-react'
import { type KeyboardEvent, useState } from 'react'
import { getImage } from '../api/client.ts'
import { sizedUrl } from '../api/picture-sources.ts'
import { serverUrl } from '../api/server-url.ts'
import { Popover } from '../components/popover.tsx'
import { QueryChip } from '../components/query-chip.tsx'
import { messages } from '../messages/messages.ts'
import { type Influence, MEDIUM, type QueryTerm } from '../state/query-terms.ts'
import { ChipOptions } from './chip-options.tsx'

export interface QueryChipsProps {
  /** undefined without a drawing. */
  sketch: SketchChipProps | undefined
  /** Without the drawing. */
  terms: QueryTerm[]
  /** Colours of the drawing, the most used first. */
  colours: readonly string[]
  /** The part whose picture the query pane shows. */
  openTerm: QueryTerm | undefined
  onOpen: (term: QueryTerm) => void
  onUpdate: (term: QueryTerm, part: Partial<QueryTerm>) => void
  onRemove: (term: QueryTerm) => void
  onTrace: (url: string) => void
}

/** The parts of the search, one chip each. */
export function QueryChips({
  sketch,
  terms,
  colours,
  openTerm,
  onOpen,
  onUpdate,
  onRemove,
  onTrace,
}: QueryChipsProps) {
  return (
    <div
      role="toolbar"
      aria-label={messages.query.chips}
      onKeyDown={rove}
      className="flex min-w-0 shrink items-center gap-1.5 overflow-x-auto py-1 [scrollbar-width:none] empty:hidden"
    >
      {sketch !== undefined && <SketchChip {...sketch} />}
      {terms.map((term) => (
        <TermChip
          key={`${term.kind} ${term.id} ${term.region}`}
          term={term}
          isOpen={openTerm === term}
          colours={colours}
          onOpen={() => onOpen(term)}
          onUpdate={(part) => onUpdate(term, part)}
          onRemove={() => onRemove(term)}
          onTrace={onTrace}
        />
      ))}
    </div>
  )
}

/** Arrow keys move between the chips. */
function rove(event: KeyboardEvent<HTMLElement>) {
  const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key]
  if (step === undefined) return
  const chips = [...event.currentTarget.querySelectorAll<HTMLElement>('[data-chip]')]
  const at = chips.indexOf(event.target as HTMLElement)
  if (at < 0) return
  event.preventDefault()
  chips[at + step]?.focus()
}

interface SketchChipProps {
  /** A small version of the drawing as a data URL. */
  src: string | undefined
  influence: Influence
  isOpen: boolean
  onOpen: () => void
  onInfluence: (influence: Influence) => void
  onRemove: () => void
}

function SketchChip({ src, influence, isOpen, onOpen, onInfluence, onRemove }: SketchChipProps) {
  const { query } = messages
  const [hasOptions, setOptions] = useState(false)
  const name = query.chip(query.sketch, '', query.influences[influence]!)
  return (
    <Popover
      label={query.options(query.sketch)}
      isOpen={hasOptions}
      // The first press shows the sheet, the next one its options.
      onOpenChange={(next) => (isOpen || !next ? setOptions(next) : onOpen())}
      trigger={
        <QueryChip
          data-chip
          aria-label={name}
          text={query.sketch}
          src={src}
          isInk
          icon={<PencilLine />}
          weight={shareOf(influence)}
          isOpen={isOpen}
          removeLabel={query.removeOne(query.sketch)}
          onRemove={onRemove}
        />
      }
    >
      <ChipOptions
        title={query.sketch}
        src={src}
        influence={influence}
        onInfluence={onInfluence}
        onRemove={onRemove}
      />
    </Popover>
  )
}

interface TermChipProps {
  term: QueryTerm
  colours: readonly string[]
  isOpen: boolean
  onOpen: () => void
  onUpdate: (part: Partial<QueryTerm>) => void
  onRemove: () => void
  onTrace: (url: string) => void
}

function TermChip({ term, colours, isOpen, onOpen, onUpdate, onRemove, onTrace }: TermChipProps) {
  const { query } = messages
  const { kind, id, isWanted, influence = MEDIUM, region } = term
  const isWords = kind === 'words'
  const isColours = kind === 'colours'
  const [hasOptions, setOptions] = useState(false)
  const { data: image, isError } = useQuery({
    queryKey: ['images', 'one', id],
    queryFn: ({ signal }) => getImage(id, signal),
    enabled: kind === 'image',
    retry: false,
  })
  const picture = serverUrl(`/api/queries/${id}/image`)
  const name = isColours
    ? ''
    : isWords
      ? id
      : kind === 'image'
        ? (image?.user_visible_name ?? '')
        : query.yourPicture
  const relation = !isWanted ? query.lessLike : region !== undefined ? query.region : query.moreLike
  const text = isColours ? query.colours : isWords ? id : relation
  const isLost = kind === 'image' && isError
  const src =
    isWords || isColours
      ? undefined
      : kind === 'image'
        ? image && sizedUrl(image.thumbnail_url, 256)
        : picture
  const close = (act: () => void) => () => {
    setOptions(false)
    act()
  }
  return (
    <Popover
      label={query.options(name || text)}
      isOpen={hasOptions}
      onOpenChange={setOptions}
      trigger={
        <QueryChip
          data-chip
          aria-label={query.chip(
            isColours ? query.colours : isWords && isWanted ? query.words : relation,
            isLost ? query.lost : name,
            query.influences[influence]!,
          )}
          text={text}
          src={src}
          icon={isColours ? <Swatches colours={colours} /> : isWords ? <Type /> : undefined}
          weight={shareOf(influence)}
          isOpen={isOpen || hasOptions}
          isNegative={!isWanted}
          isLoading={kind === 'image' && image === undefined && !isError}
          isLost={isLost}
          removeLabel={query.removeOne(name || text)}
          onRemove={onRemove}
        />
      }
    >
      <ChipOptions
        title={isLost ? query.lost : name || text}
        subtitle={image?.directory === '.' ? undefined : image?.directory.replaceAll('/', ' / ')}
        src={src}
        isWanted={isWanted}
        onWanted={isColours ? undefined : (next) => onUpdate({ isWanted: next })}
        influence={influence}
        onInfluence={(next) => onUpdate({ influence: next })}
        onRegion={isLost || isWords || isColours ? undefined : close(onOpen)}
        onTrace={
          isLost || isWords || isColours
            ? undefined
            : close(() => onTrace(kind === 'image' ? (image?.preview_url ?? picture) : picture))
        }
        onRemove={onRemove}
      />
    </Popover>
  )
}

/** The two colours that are used most. */
function Swatches({ colours }: { colours: readonly string[] }) {
  return (
    <span className="flex">
      {colours.slice(0, 2).map((colour) => (
        <span
          key={colour}
          className="size-4.5 rounded-full border border-surface [forced-color-adjust:none] not-first:-ml-2"
          style={{ backgroundColor: colour }}
        />
      ))}
    </span>
  )
}

/** The line of a chip: a fifth for very light, all of it for very strong. */
function shareOf(influence: Influence): number {
  return (influence + 1) / 5
}
