import { useQueries } from '@tanstack/react-query'
import { ArrowLeft, Link2, ListFilter, X } from 'lucide-react'
import { type ReactNode, useEffect, useRef, useState } from 'react'
import { ApiError, getImage, type Image } from '../api/client.ts'
import { Button } from '../components/button.tsx'
import { IconButton } from '../components/icon-button.tsx'
import { Segmented } from '../components/segmented.tsx'
import { useLayout } from '../components/use-layout.ts'
import { messages } from '../messages/messages.ts'
import { viewMessages } from '../messages/view-messages.ts'
import { comparedFacts, factsOf } from './compare-facts.ts'
import { ComparedPicture } from './compared-picture.tsx'
import { useCompareKeys } from './use-compare-keys.ts'
import { useCompareZoom } from './use-compare-zoom.ts'
import { ZoomControls } from './zoom-controls.tsx'

interface CompareViewProps {
  ids: readonly string[]
  isSearch: boolean
  /** Score of a picture in the results. */
  scoreOf: (id: string) => number | undefined
  onClose: () => void
  /** undefined for users who may not. */
  onTrash: ((image: Image) => void) | undefined
}

/** Two to four pictures beside each other, with one zoom for all. */
export default function CompareView({ ids, isSearch, scoreOf, onClose, onTrash }: CompareViewProps) {
  const rootRef = useRef<HTMLDivElement>(null)
  useEffect(() => rootRef.current?.focus({ preventScroll: true }), [])
  const columns = useColumns(ids, scoreOf)
  const images = columns.flatMap(({ image }) => image ?? [])
  const [lastChosen, setChosen] = useState(0)
  // There are fewer after one was moved to the trash.
  const chosen = Math.max(0, Math.min(lastChosen, columns.length - 1))
  const [kept, setKept] = useState<ReadonlySet<string>>(new Set())
  const [areAllFactsShown, setAllFactsShown] = useState(true)
  const [fitScale, setFitScale] = useState(1)
  const zoom = useCompareZoom(ids.length)
  const isPhone = useLayout() === 'phone'
  const actual = 1 / devicePixelRatio / fitScale
  const facts = comparedFacts(images).filter(
    ({ values }) => areAllFactsShown || values.some((value) => value !== values[0]),
  )
  const toggleKept = (id: string) => setKept(new Set([id]).symmetricDifference(kept))
  const current = columns[chosen]?.image
  useCompareKeys({
    count: columns.length,
    onChoose: setChosen,
    onActual: () => zoom.zoomTo(zoom.isWhole ? actual : 1),
    onZoom: (factor) => zoom.change(chosen, factor, 0, 0),
    onKeep: () => current && toggleKept(current.id),
    onTrash: () => current && !kept.has(current.id) && onTrash?.(current),
    onTogether: zoom.toggleTogether,
    onClose,
  })
  return (
    <div
      ref={rootRef}
      role="dialog"
      aria-modal="true"
      aria-label={viewMessages.compare.title(ids.length)}
      tabIndex={-1}
      className="fixed inset-0 z-30 flex flex-col bg-page clear-of-edges pb-[env(safe-area-inset-bottom)] outline-none"
    >
      <CompareHead
        {...{
          count: ids.length,
          isSearch,
          zoom,
          actual,
          chosen,
          areAllFactsShown,
          setAllFactsShown,
          onClose,
        }}
      />
      {isPhone && <PictureChoice count={columns.length} chosen={chosen} onChoose={setChosen} />}
      <Columns count={ids.length} chosen={isPhone ? chosen : undefined}>
        {columns.map(({ id, image, problem, retry }, n) =>
          image === undefined ? (
            <MissingColumn key={id} problem={problem} onRetry={retry} />
          ) : (
            <ComparedPicture
              key={id}
              image={image}
              index={n}
              view={zoom.viewOf(n)}
              facts={factsOf(images.indexOf(image), facts)}
              isChosen={n === chosen}
              isKept={kept.has(id)}
              onChange={zoom.change}
              onChoose={() => setChosen(n)}
              onTap={isPhone ? () => setChosen((n + 1) % columns.length) : undefined}
              onKeep={() => toggleKept(id)}
              onTrash={onTrash && (() => onTrash(image))}
              onFitScale={n === chosen ? setFitScale : noScale}
            />
          ),
        )}
      </Columns>
    </div>
  )
}

/** A picture, or why there is none. */
interface Column {
  id: string
  image: Image | undefined
  /** undefined while the picture is loaded. */
  problem: string | undefined
  /** undefined if it would not help. */
  retry: (() => void) | undefined
}

function useColumns(ids: readonly string[], scoreOf: CompareViewProps['scoreOf']): Column[] {
  const found = useQueries({
    queries: ids.map((id) => ({
      queryKey: ['images', 'one', id],
      queryFn: ({ signal }: { signal: AbortSignal }) => getImage(id, signal),
      retry: false,
    })),
  })
  return found.map(({ data, error, refetch }, n) => {
    const id = ids[n]!
    const isGone = error instanceof ApiError && error.code === 'image_not_found'
    if (isGone) return { id, image: undefined, problem: messages.viewer.gone, retry: undefined }
    const image = data && { ...data, score: scoreOf(id) }
    return { id, image, problem: error?.message, retry: () => void refetch() }
  })
}

/** Stands in the place of a picture that is loaded or can't be shown. */
function MissingColumn({ problem, onRetry }: { problem: string | undefined; onRetry: Column['retry'] }) {
  return (
    <div className="grid min-h-40 min-w-0 place-content-center justify-items-center gap-3 rounded-card border border-line bg-surface p-4">
      {problem !== undefined && (
        <p role="alert" className="text-center text-ink-2">
          {problem}
        </p>
      )}
      {problem !== undefined && onRetry && <Button onClick={onRetry}>{messages.app.retry}</Button>}
    </div>
  )
}

interface PictureChoiceProps {
  count: number
  chosen: number
  onChoose: (index: number) => void
}

/** Chooses the picture that is shown if there is room for one only. */
function PictureChoice({ count, chosen, onChoose }: PictureChoiceProps) {
  return (
    <Segmented
      label={viewMessages.compare.shown}
      value={String(chosen)}
      onChange={(value) => onChoose(Number(value))}
      options={Array.from({ length: count }, (_, n) => ({ value: String(n), text: String(n + 1) }))}
      className="mx-2 mb-2 shrink-0"
    />
  )
}

const noScale = () => {}

interface CompareHeadProps {
  count: number
  isSearch: boolean
  zoom: ReturnType<typeof useCompareZoom>
  actual: number
  chosen: number
  areAllFactsShown: boolean
  setAllFactsShown: (areShown: boolean) => void
  onClose: () => void
}

function CompareHead({
  count,
  isSearch,
  zoom,
  actual,
  chosen,
  areAllFactsShown,
  setAllFactsShown,
  onClose,
}: CompareHeadProps) {
  const { viewer } = messages
  const { compare: words } = viewMessages
  return (
    <header className="flex h-16 shrink-0 items-center gap-2 px-4 phone:gap-1 phone:pr-2 phone:pl-1">
      <Button variant="ghost" icon={<ArrowLeft />} onClick={onClose}>
        <span className="phone:sr-only">{isSearch ? viewer.results : viewer.gallery}</span>
      </Button>
      <h2 className="title shrink-0 text-22 phone:sr-only">{words.title(count)}</h2>
      <span className="flex-1" />
      <Toggle text={words.together} icon={<Link2 />} isOn={zoom.isTogether} onClick={zoom.toggleTogether} />
      <Toggle
        text={words.differences}
        icon={<ListFilter />}
        isOn={!areAllFactsShown}
        onClick={() => setAllFactsShown(!areAllFactsShown)}
      />
      <ZoomControls
        isFit={zoom.isWhole}
        isActual={Math.abs(zoom.viewOf(chosen).zoom / actual - 1) < 0.001}
        onFit={() => zoom.zoomTo(1)}
        onActual={() => zoom.zoomTo(actual)}
        onZoom={(factor) => zoom.change(chosen, factor, 0, 0)}
      />
      <IconButton label={messages.app.close} keys="Esc" onClick={onClose} className="phone:hidden">
        <X />
      </IconButton>
    </header>
  )
}

interface ToggleProps {
  text: string
  icon: ReactNode
  isOn: boolean
  onClick: () => void
}

/** Its words are shown where there is room for them. */
function Toggle({ text, icon, isOn, onClick }: ToggleProps) {
  return (
    <Button
      icon={icon}
      aria-pressed={isOn}
      title={text}
      onClick={onClick}
      className="aria-pressed:border-transparent aria-pressed:bg-accent-soft aria-pressed:text-accent-ink"
    >
      <span className="stacked:sr-only">{text}</span>
    </Button>
  )
}

const COLUMNS: Record<number, string> = {
  1: 'grid-cols-1',
  2: 'grid-cols-2 narrow:grid-cols-1 narrow:grid-rows-2',
  3: 'grid-cols-3 narrow:grid-cols-2 narrow:grid-rows-2',
  4: 'grid-cols-4 narrow:grid-cols-2 narrow:grid-rows-2',
}

/** Beside each other; in two rows in a narrower window, and one at a time on a phone. */
function Columns({
  count,
  chosen,
  children,
}: {
  count: number
  /** The only one that is shown; undefined: all. */
  chosen: number | undefined
  children: ReactNode[]
}) {
  return (
    <div
      className={`grid min-h-0 flex-1 gap-2.5 overflow-y-auto px-4 pb-4 phone:px-2 ${(chosen === undefined ? COLUMNS[count] : 'grid-cols-1 grid-rows-1') ?? ''}`}
    >
      {chosen === undefined ? children : children[chosen]}
    </div>
  )
}
