import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { ArrowLeft, Copy } from 'lucide-react'
import { type KeyboardEvent, useEffect, useRef, useState } from 'react'
import { GROUPS_PER_PAGE, type Image, listDuplicates } from '../api/client.ts'
import { Button } from '../components/button.tsx'
import { EmptyState } from '../components/empty-state.tsx'
import { messages } from '../messages.ts'
import { Tile, type TileActions } from './tile.tsx'
import type { Selection } from './use-selection.ts'

interface DuplicatesViewProps extends Pick<TileActions, 'onOpen' | 'onAddTerms'> {
  selection: Selection
  hidden: ReadonlyMap<string, Image>
  onDelete: (image: Image) => void
  /** Whether the groups are shown from their beginning. */
  onTop: (isAtTop: boolean) => void
  onBack: () => void
}

const TOP_PX = 100
const ASK_AGAIN_MS = 3_000
/** Groups may have grown, although they are as many. */
const MIN_STEP = 0.05
/** A page without groups, for those who want to know how many there are. */
const PAST_THE_END = 1_000_000
/** Of a group, until somebody asks for all of it. */
const MAX_SHOWN = 60

/** Groups of images that look the same, so that the better one can be kept. */
export function DuplicatesView({
  selection,
  hidden,
  onOpen,
  onAddTerms,
  onDelete,
  onTop,
  onBack,
}: DuplicatesViewProps) {
  const { data, error, isPending, hasNextPage, fetchNextPage, refetch } = useInfiniteQuery({
    queryKey: ['images', 'duplicates'],
    queryFn: ({ pageParam, signal }) => listDuplicates(pageParam, signal),
    initialPageParam: 1,
    // A page may hold fewer: what has been deleted is left out of it.
    getNextPageParam: ({ total }, pages) =>
      pages.length * GROUPS_PER_PAGE < total ? pages.length + 1 : undefined,
  })
  const [isAtTop, setAtTop] = useState(true)
  const shown = data?.pages[0]
  // In a large gallery comparing all images takes minutes: it goes on while somebody asks.
  const { data: latest } = useQuery({
    queryKey: ['images', 'duplicates-found'],
    queryFn: ({ signal }) => listDuplicates(PAST_THE_END, signal),
    enabled: shown !== undefined && shown.progress < 1,
    refetchInterval: ({ state }) => ((state.data?.progress ?? 0) < 1 ? ASK_AGAIN_MS : false),
  })
  const found = shown === undefined || shown.progress === 1 ? shown : (latest ?? shown)
  const isQuiet = isAtTop && selection.ids.size === 0
  // Nothing moves under the eyes of whoever has gone down, or has chosen some.
  useEffect(() => {
    if (!isQuiet || shown === undefined || found === undefined) return
    const isOver = found.progress === 1 && shown.progress < 1
    if (isOver || found.total !== shown.total || found.progress > shown.progress + MIN_STEP) void refetch()
  }, [isQuiet, shown, found, refetch])
  const goTo = (isTop: boolean) => {
    setAtTop(isTop)
    onTop(isTop)
  }
  // biome-ignore lint/correctness/useExhaustiveDependencies: once
  useEffect(() => onTop(true), [])
  /** Groups that are shown to their end, by all images that were in them. */
  const [whole, setWhole] = useState<ReadonlySet<string>>(new Set())
  const isWhole = (images: Image[]) => images.some(({ id }) => whole.has(id))
  const groups = (data?.pages ?? [])
    .flatMap((page) => page.groups)
    .map(({ images }) => ({ key: images[0]?.id ?? '', images: images.filter(({ id }) => !hidden.has(id)) }))
    .filter(({ images }) => images.length > 1)
    // A page that was fetched later may hold a group once more.
    .filter(({ key }, n, all) => all.findIndex((group) => group.key === key) === n)
  const sectionRef = useRef<HTMLElement>(null)
  const backRef = useRef<HTMLButtonElement>(null)
  /** After a deletion: the paths of what may get the focus. */
  const following = useRef<string[]>([])
  const onKey = (event: KeyboardEvent, image: Image) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const act = {
      ' ': () => selection.toggle(image),
      Delete: () => onDelete(image),
      '+': () => onAddTerms(image, true),
      '-': () => onAddTerms(image, false),
      Escape: selection.clear,
    }[event.key]
    if (act === undefined) return
    event.preventDefault()
    if (event.repeat) return
    if (event.key === 'Delete') {
      const paths = [...sectionRef.current!.querySelectorAll<HTMLElement>('[data-path]')].map(
        ({ dataset }) => dataset.path!,
      )
      const at = paths.indexOf(image.path)
      following.current = [...paths.slice(at + 1), ...paths.slice(0, at).reverse()]
    }
    act()
  }
  // What comes after an image that goes, alone or with its group, gets its focus, or else what comes before it.
  // biome-ignore lint/correctness/useExhaustiveDependencies: when some have gone
  useEffect(() => {
    if (following.current.length === 0 || document.activeElement !== document.body) return
    const tiles = following.current.map((path) =>
      sectionRef.current!.querySelector<HTMLElement>(`[data-path=${CSS.escape(path)}]`),
    )
    following.current = []
    const next = tiles.find((tile) => tile !== null) ?? backRef.current
    next?.focus()
  }, [hidden])
  const { total, progress } = found ?? { total: 0, progress: 1 }
  if (error !== null && data === undefined)
    return (
      <EmptyState icon={<Copy />} title={error.message}>
        <Button onClick={() => void refetch()}>{messages.gallery.retry}</Button>
      </EmptyState>
    )
  return (
    <section
      ref={sectionRef}
      aria-label={messages.duplicates.show}
      onScroll={(event) => goTo(event.currentTarget.scrollTop < TOP_PX)}
      className="h-full overflow-y-auto px-3 pb-24 sm:px-4"
    >
      <header className="sticky top-0 z-1 flex flex-wrap items-center gap-x-3 gap-y-1 bg-page py-2">
        <button
          ref={backRef}
          type="button"
          onClick={onBack}
          className="flex h-10 shrink-0 items-center gap-2 rounded-lg border border-line px-3 hover:bg-raised"
        >
          <ArrowLeft className="size-4" /> {messages.duplicates.back}
        </button>
        <h2 aria-live={progress < 1 ? 'off' : 'polite'} className="text-sm">
          {isPending ? messages.gallery.searching : messages.duplicates.title(total)}
        </h2>
        {progress < 1 && (
          <span className="flex min-w-0 items-center gap-2 text-sm text-muted">
            <progress
              className="h-1.5 w-20 shrink-0 overflow-hidden rounded-full accent-accent"
              value={progress}
              aria-label={messages.duplicates.compared(progress)}
            />
            <span aria-hidden="true">{messages.duplicates.compared(progress)}</span>
          </span>
        )}
      </header>
      {!isPending && groups.length === 0 && (
        <p className="py-10 text-center">
          {progress < 1 ? messages.duplicates.noneYet : messages.duplicates.none}
        </p>
      )}
      <ul className="m-0 list-none space-y-4 p-0">
        {groups.map(({ key, images }) => (
          <li key={key} className="rounded-xl border border-line p-2">
            <ul className="m-0 grid list-none grid-cols-2 gap-2 p-0 sm:grid-cols-[repeat(auto-fill,9rem)]">
              {(isWhole(images) ? images : images.slice(0, MAX_SHOWN)).map((image, n) => (
                <li key={image.id} className="min-w-0" onKeyDown={(event) => onKey(event, image)}>
                  <div className="aspect-square">
                    <Tile
                      image={image}
                      index={n}
                      isSelected={selection.ids.has(image.id)}
                      isSelecting={selection.ids.size > 0}
                      isTabStop
                      onOpen={onOpen}
                      onAddTerms={onAddTerms}
                      onToggle={(one) => selection.toggle(one)}
                    />
                  </div>
                  <p className="truncate text-xs" title={image.path}>
                    {image.path}
                  </p>
                  <p className="text-xs text-muted tabular-nums">
                    {messages.viewer.size(image.width, image.height)} · {messages.viewer.bytes(image.bytes)}
                  </p>
                </li>
              ))}
            </ul>
            <button
              type="button"
              className="h-9 text-sm underline"
              onClick={() => selection.select(allButLargest(images))}
            >
              {messages.duplicates.select}
            </button>
            {images.length > MAX_SHOWN && !isWhole(images) && (
              <button
                type="button"
                className="ml-4 h-9 text-sm underline"
                onClick={() => setWhole(new Set([...whole, ...images.map(({ id }) => id)]))}
              >
                {messages.duplicates.all(images.length)}
              </button>
            )}
          </li>
        ))}
      </ul>
      {hasNextPage && (
        <button
          type="button"
          className="mt-4 h-10 rounded-lg border border-line px-4 hover:bg-raised"
          onClick={() => void fetchNextPage()}
        >
          {messages.duplicates.more}
        </button>
      )}
    </section>
  )
}

/** The one with the most pixels, then bytes, is kept. */
function allButLargest(images: Image[]): Image[] {
  const largest = images.reduce((best, image) => {
    const more = image.width * image.height - best.width * best.height || image.bytes - best.bytes
    return more > 0 ? image : best
  })
  return images.filter((image) => image !== largest)
}
