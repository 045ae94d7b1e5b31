import { useQuery } from '@tanstack/react-query'
import { ImageUp, PencilLine } from 'lucide-react'
import { useCallback, useDeferredValue, useRef, useState } from 'react'
import { getImage, type Image } from './api/client.ts'
import { useServerEvents } from './api/events.ts'
import { GalleryToolbar } from './gallery/gallery-toolbar.tsx'
import { ImageGrid } from './gallery/image-grid.tsx'
import { LargeView } from './gallery/large-view.tsx'
import { Notice } from './gallery/notice.tsx'
import { type ImageList, useGallery } from './gallery/use-gallery.ts'
import { messages } from './messages.ts'
import { orderOf, usePageState } from './page-state.ts'
import { QueryChip } from './search/query-chip.tsx'
import { usePictureInput } from './search/use-picture-input.ts'
import { activeQuery, type Picture, useSearch } from './search/use-search.ts'
import { addAction, EMPTY_SKETCH, type Sketch } from './sketch/sketch.ts'
import { SketchPanel } from './sketch/sketch-panel.tsx'
import { Failures } from './ui/failures.tsx'
import { IconButton } from './ui/icon-button.tsx'
import { IndexNotices } from './ui/index-notices.tsx'
import { IndexProgressBar } from './ui/index-progress.tsx'
import { ThemeToggle } from './ui/theme-toggle.tsx'

const TILE_SIZES = { min: 88, max: 320, initial: innerWidth < 640 ? 104 : 128 }

export function App() {
  const { state, change } = usePageState()
  const { progress, isOffline } = useServerEvents()
  const [sketch, setSketch] = useState<Sketch>(EMPTY_SKETCH)
  const [picture, setPicture] = useState<Picture>()
  const [tileSize, setTileSize] = useState(TILE_SIZES.initial)
  const [isSheetShown, setSheetShown] = useState(true)
  const fileInput = useRef<HTMLInputElement>(null)
  const pictureUrl = useRef('')

  const query = activeQuery(state.similar, picture, sketch)
  const search = useSearch(query)
  const hasResults = query.kind !== 'none' && (search.data !== undefined || search.isError)
  const order = orderOf(state.sort, useDeferredValue(state.name))
  const gallery = useGallery(order, !hasResults)
  const results = toList(search)
  const list = hasResults ? results : gallery

  const draw = useCallback(
    (next: Sketch) => {
      setSketch(next)
      setPicture(undefined)
      change({ similar: undefined })
    },
    [change],
  )
  const givePicture = useCallback(
    (blob: Blob) => {
      URL.revokeObjectURL(pictureUrl.current)
      pictureUrl.current = URL.createObjectURL(blob)
      setPicture({ blob, url: pictureUrl.current })
      change({ similar: undefined, view: undefined })
    },
    [change],
  )
  const { isDraggedOver, dropTarget } = usePictureInput(givePicture)
  const findSimilar = (image: Image) => change({ similar: image.id, view: undefined })

  const chooseFile = () => fileInput.current?.click()
  const removeQuery = () => {
    if (query.kind === 'sketch') setSketch(addAction(sketch, 'clear'))
    setPicture(undefined)
    change({ similar: undefined })
  }

  return (
    <div
      {...dropTarget}
      className="grid h-full grid-rows-[auto_auto_minmax(0,1fr)] lg:grid-cols-[22rem_minmax(0,1fr)] lg:grid-rows-[auto_minmax(0,1fr)]"
    >
      <header className="flex items-center gap-2 border-line border-b bg-surface px-3 py-1.5 sm:px-4 lg:col-span-2">
        <img src="/icon.svg" alt="" className="size-7" />
        <h1 className="text-base font-semibold tracking-tight">{messages.title}</h1>
        <div className="flex min-w-0 flex-1 justify-end px-2">
          <IndexProgressBar progress={progress} isOffline={isOffline} />
        </div>
        <Failures />
        <div className="lg:hidden">
          <IconButton
            label={isSheetShown ? messages.query.hide : messages.query.show}
            isPressed={isSheetShown}
            onClick={() => setSheetShown(!isSheetShown)}
          >
            <PencilLine />
          </IconButton>
        </div>
        <ThemeToggle />
      </header>

      <aside
        className={`${isSheetShown ? '' : 'hidden'} flex-col gap-3 border-line border-b bg-surface px-3 py-3 lg:flex lg:overflow-y-auto lg:border-r lg:border-b-0 lg:px-4`}
      >
        <SketchPanel sketch={sketch} onChange={draw}>
          <div className="lg:hidden">
            <IconButton label={messages.query.upload} onClick={chooseFile}>
              <ImageUp />
            </IconButton>
          </div>
        </SketchPanel>
        <div className="hidden items-center gap-3 lg:flex">
          <button
            type="button"
            onClick={chooseFile}
            className="flex h-10 shrink-0 items-center gap-2 rounded-lg border border-line px-3 hover:bg-raised"
          >
            <ImageUp className="size-5" /> {messages.query.upload}
          </button>
          <span className="text-sm text-muted">{messages.query.uploadHint}</span>
        </div>
        <input
          ref={fileInput}
          type="file"
          accept="image/*"
          hidden
          aria-label={messages.query.upload}
          onChange={(event) => {
            const [file] = event.target.files ?? []
            if (file) givePicture(file)
            event.target.value = ''
          }}
        />
      </aside>

      <main className="grid min-h-0 min-w-0 grid-rows-[auto_auto_minmax(0,1fr)]">
        <div>
          <IndexNotices />
        </div>
        <GalleryToolbar
          count={list.count}
          isSearch={hasResults}
          isBusy={search.isFetching}
          sort={state.sort}
          onSort={(sort) => change({ sort })}
          name={state.name}
          onName={(name) => change({ name })}
          tileSize={tileSize}
          tileSizes={TILE_SIZES}
          onTileSize={setTileSize}
          chip={
            query.kind !== 'none' && <Chip query={query} onRemove={removeQuery} pictureUrl={picture?.url} />
          }
        />
        <Content list={list} isSearch={hasResults} isFiltered={state.name !== ''}>
          <ImageGrid
            count={list.count}
            imageAt={list.imageAt}
            onRange={list.onRange}
            tileSize={tileSize}
            onOpen={(image) => change({ view: image.id })}
            resetKey={
              hasResults ? `search ${query.kind} ${state.similar ?? ''}` : `list ${state.sort} ${state.name}`
            }
          />
        </Content>
      </main>

      {state.view !== undefined && (
        <LargeView
          id={state.view}
          onClose={() => change({ view: undefined })}
          onFindSimilar={findSimilar}
          {...neighbours(list, state.view, (id) => change({ view: id }))}
        />
      )}
      {isDraggedOver && (
        <div className="pointer-events-none fixed inset-3 z-10 grid place-items-center rounded-3xl border-4 border-accent border-dashed bg-page/85 text-xl">
          {messages.query.drop}
        </div>
      )}
    </div>
  )
}

function Chip({
  query,
  pictureUrl,
  onRemove,
}: {
  query: ReturnType<typeof activeQuery>
  pictureUrl: string | undefined
  onRemove: () => void
}) {
  const id = query.kind === 'similar' ? query.id : ''
  const { data: image } = useQuery({
    queryKey: ['images', 'one', id],
    queryFn: ({ signal }) => getImage(id, signal),
    enabled: id !== '',
    retry: false,
  })
  if (query.kind === 'similar') {
    const name = image?.user_visible_name ?? '…'
    return (
      <QueryChip text={messages.query.similar(name)} imageUrl={image?.thumbnail_url} onRemove={onRemove} />
    )
  }
  if (query.kind === 'picture') {
    return <QueryChip text={messages.query.picture} imageUrl={pictureUrl} onRemove={onRemove} />
  }
  return <QueryChip text={messages.query.sketch} imageUrl={undefined} onRemove={onRemove} />
}

function Content(props: {
  list: ImageList
  isSearch: boolean
  isFiltered: boolean
  children: React.ReactNode
}) {
  const { list, isSearch, isFiltered, children } = props
  if (list.error !== null) {
    return <Notice title={list.error.message} action={{ text: messages.gallery.retry, run: list.retry }} />
  }
  if (list.isLoading || list.count > 0) return children
  if (isSearch || isFiltered) return <Notice title={messages.gallery.nothingFound} />
  return <Notice title={messages.gallery.empty} hint={messages.gallery.emptyHint} />
}

function toList(search: ReturnType<typeof useSearch>): ImageList {
  const images = search.data?.images ?? []
  return {
    count: images.length,
    imageAt: (index) => images[index],
    onRange: () => {},
    isLoading: search.isPending,
    error: search.error,
    retry: () => void search.refetch(),
  }
}

/** How many images on either side of the one in view are looked through for it. */
const NEAR = 5_000

function neighbours(list: ImageList, id: string, open: (id: string) => void) {
  const end = Math.min(list.count, NEAR)
  const at = Array.from({ length: end }, (_, index) => index).find((index) => list.imageAt(index)?.id === id)
  const to = (index: number) => {
    const image = list.imageAt(index)
    return image && (() => open(image.id))
  }
  return at === undefined
    ? { onPrevious: undefined, onNext: undefined }
    : { onPrevious: to(at - 1), onNext: to(at + 1) }
}
