import { useQuery } from '@tanstack/react-query'
import { PencilLine, Type } from 'lucide-react'
import { type KeyboardEvent, type RefObject, useState } from 'react'
import { ApiError, getImage, getSavedQuery, type Image } from '../api/client.ts'
import { sizedUrl } from '../api/picture-sources.ts'
import { serverUrl } from '../api/server-url.ts'
import { Popover } from '../components/popover.tsx'
import { QueryChip } from '../components/query-chip.tsx'
import { messages } from '../messages/messages.ts'
import { type Influence, MEDIUM, type QueryTerm } from '../state/query-terms.ts'
import { ChipOptions } from './chip-options.tsx'
import { passFocus } from './pass-focus.ts'
import { useOverflow } from './use-overflow.ts'

export interface QueryChipsProps {
  /** undefined without a drawing. */
  sketch: SketchChipProps | undefined
  /** Without the drawing. */
  terms: QueryTerm[]
  /** Colours of the drawing, the most used first. */
  colours: readonly string[]
  /** Ids of pictures that were deleted. */
  gone: ReadonlySet<string>
  /** The part whose picture the query pane shows. */
  openTerm: QueryTerm | undefined
  /** Whether the query pane is open: the picture of a pressed part is shown there. */
  isPaneShown: boolean
  onOpen: (term: QueryTerm) => void
  onUpdate: (term: QueryTerm, part: Partial<QueryTerm>) => void
  onRemove: (term: QueryTerm) => void
  onTrace: (url: string) => void
  /** The field for words. */
  wordsRef: RefObject<HTMLInputElement | null>
}

/** The key of the drawing among the chips. */
const SKETCH = 'sketch'
const keyOf = ({ kind, id, region }: QueryTerm) => `${kind} ${id} ${region}`

/** The parts of the search, one chip each. */
export function QueryChips({
  sketch,
  terms,
  colours,
  gone,
  openTerm,
  isPaneShown,
  onOpen,
  onUpdate,
  onRemove,
  onTrace,
  wordsRef,
}: QueryChipsProps) {
  const [openOptions, setOpenOptions] = useState<string>()
  const keys = [sketch && SKETCH, ...terms.map(keyOf)]
  // Options that go with their chip stay closed when it returns.
  if (openOptions !== undefined && !keys.includes(openOptions)) setOpenOptions(undefined)
  /** Place of the chip that had the focus last, which is the only tab stop. */
  const [current, setCurrent] = useState(0)
  const first = sketch === undefined ? 0 : 1
  const tabIndexOf = (at: number) => (at === Math.min(current, first + terms.length - 1) ? 0 : -1)
  const { ref, fade } = useOverflow(terms.length)
  const optionsOf = (key: string) => ({
    hasOptions: openOptions === key,
    onOptions: (isOpen: boolean) => setOpenOptions(isOpen ? key : undefined),
  })
  /** Before a chip goes, the focus goes to the one beside it, or from the last one to the field for words. */
  const removal = (at: number, remove: () => void) => () => {
    const chips = chipsOf(ref.current!)
    const other = chips[at + 1] ?? chips[at - 1]
    if (other) {
      other.focus()
      setCurrent(Math.min(at, chips.length - 2))
    } else passFocus(wordsRef)
    remove()
  }
  /** While the options of one are open, only that one is marked. */
  const areClosed = openOptions === undefined
  return (
    <div
      ref={ref}
      role="toolbar"
      aria-label={messages.query.chips}
      onKeyDown={rove}
      onFocus={({ currentTarget, target }) => {
        const at = chipsOf(currentTarget).indexOf(target)
        if (at >= 0) setCurrent(at)
      }}
      className={`flex min-w-0 shrink items-center gap-1.5 overflow-x-auto py-1 [scrollbar-width:none] empty:hidden fade-edges ${fade}`}
    >
      {sketch !== undefined && (
        <SketchChip
          {...sketch}
          {...optionsOf(SKETCH)}
          onRemove={removal(0, sketch.onRemove)}
          isMarked={sketch.isOpen && areClosed}
          tabIndex={tabIndexOf(0)}
        />
      )}
      {terms.map((term, n) => (
        <TermChip
          tabIndex={tabIndexOf(first + n)}
          key={keyOf(term)}
          term={term}
          isOpen={openTerm === term && areClosed}
          {...optionsOf(keyOf(term))}
          colours={colours}
          isGone={gone.has(term.id)}
          isPaneShown={isPaneShown}
          onOpen={() => onOpen(term)}
          onUpdate={(part) => onUpdate(term, part)}
          onRemove={removal(first + n, () => onRemove(term))}
          onTrace={onTrace}
        />
      ))}
    </div>
  )
}

const chipsOf = (toolbar: HTMLElement) => [...toolbar.querySelectorAll<HTMLElement>('[data-chip]')]

/** Arrow keys move between the chips. */
function rove(event: KeyboardEvent<HTMLElement>) {
  const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key]
  if (step === undefined) return
  const chips = chipsOf(event.currentTarget)
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

interface ChipProps {
  tabIndex: 0 | -1
  hasOptions: boolean
  onOptions: (isOpen: boolean) => void
}

function SketchChip({
  src,
  influence,
  isOpen,
  isMarked,
  tabIndex,
  hasOptions,
  onOptions,
  onOpen,
  onInfluence,
  onRemove,
}: SketchChipProps & ChipProps & { isMarked: boolean }) {
  const { query } = messages
  const name = query.chip(query.sketch, '', query.influences[influence]!)
  return (
    <Popover
      label={query.options(query.sketch)}
      isOpen={hasOptions}
      // The first press shows the sheet, the next one its options.
      onOpenChange={(next) => (isOpen || !next ? onOptions(next) : onOpen())}
      trigger={
        <QueryChip
          data-chip
          tabIndex={tabIndex}
          aria-label={name}
          text={query.sketch}
          src={src}
          isInk
          icon={<PencilLine />}
          weight={shareOf(influence)}
          isOpen={isMarked || hasOptions}
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

interface TermChipProps extends ChipProps {
  term: QueryTerm
  colours: readonly string[]
  isGone: boolean
  isPaneShown: boolean
  isOpen: boolean
  onOpen: () => void
  onUpdate: (part: Partial<QueryTerm>) => void
  onRemove: () => void
  onTrace: (url: string) => void
}

function TermChip({
  term,
  colours,
  isGone,
  isPaneShown,
  isOpen,
  tabIndex,
  hasOptions,
  onOptions,
  onOpen,
  onUpdate,
  onRemove,
  onTrace,
}: TermChipProps) {
  const { query } = messages
  const { kind, id, isWanted, influence = MEDIUM } = term
  const { data: image, error } = useQuery({
    queryKey: ['images', 'one', id],
    queryFn: ({ signal }) => getImage(id, signal),
    enabled: kind === 'image' && !isGone,
  })
  const isExpired = useIsExpired(term)
  const isMissing = error instanceof ApiError && error.code === 'image_not_found'
  const isLost = isExpired || (kind === 'image' && (isMissing || isGone))
  const { picture, src, name, text, relation, isPictured } = shownOf(term, image)
  const close = (act: () => void) => () => {
    onOptions(false)
    act()
  }
  return (
    <Popover
      label={query.options(name || text)}
      isOpen={hasOptions}
      onOpenChange={(next) => {
        if (next && isPaneShown && isPictured && !isLost) onOpen()
        onOptions(next)
      }}
      trigger={
        <QueryChip
          data-chip
          tabIndex={tabIndex}
          aria-label={query.chip(
            kind === 'words' && isWanted ? query.words : relation,
            isLost ? query.lost : name,
            query.influences[influence]!,
          )}
          text={text}
          src={isLost ? undefined : src}
          icon={kind === 'colours' ? <Swatches colours={colours} /> : kind === 'words' ? <Type /> : undefined}
          weight={shareOf(influence)}
          isOpen={isOpen || hasOptions}
          isNegative={!isWanted}
          isLoading={kind === 'image' && image === undefined && error === null && !isLost}
          isLost={isLost}
          removeLabel={query.removeOne(name || text)}
          onRemove={onRemove}
        />
      }
    >
      <ChipOptions
        title={isLost ? query.lost : name || text}
        subtitle={image?.directory === '.' ? undefined : image?.directory.replaceAll('/', ' / ')}
        src={isExpired ? undefined : src}
        isWanted={isWanted}
        onWanted={kind === 'colours' ? undefined : (next) => onUpdate({ isWanted: next })}
        influence={influence}
        onInfluence={(next) => onUpdate({ influence: next })}
        onRegion={isLost || !isPictured ? undefined : close(onOpen)}
        onTrace={
          isLost || !isPictured
            ? undefined
            : close(() => onTrace(kind === 'image' ? (image?.preview_url ?? picture) : picture))
        }
        onRemove={onRemove}
      />
    </Popover>
  )
}

/** Whether the server no longer keeps the picture of a part. */
function useIsExpired({ kind, id }: QueryTerm): boolean {
  const { error } = useQuery({
    queryKey: ['queries', id],
    queryFn: ({ signal }) => getSavedQuery(id, signal),
    enabled: kind === 'picture',
  })
  return error instanceof ApiError && error.code === 'query_not_found'
}

interface ShownTerm {
  /** The picture of a saved query. */
  picture: string
  /** The thumbnail. */
  src?: string | undefined
  name: string
  text: string
  relation: string
  isPictured: boolean
}

/** The words and the picture of a part. @param image undefined until it is loaded, and for other kinds */
function shownOf({ kind, id, isWanted, region }: QueryTerm, image: Image | undefined): ShownTerm {
  const { query } = messages
  const picture = serverUrl(`/api/queries/${id}/image`)
  if (kind === 'colours')
    return { picture, name: '', text: query.colours, relation: query.colours, isPictured: false }
  const relation = !isWanted ? query.lessLike : region !== undefined ? query.region : query.moreLike
  if (kind === 'words') return { picture, name: id, text: id, relation, isPictured: false }
  const shown = { picture, text: relation, relation, isPictured: true }
  if (kind !== 'image') return { ...shown, src: picture, name: query.yourPicture }
  const src = image && sizedUrl(image.thumbnail_url, 256)
  return { ...shown, src, name: image?.user_visible_name ?? '' }
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
