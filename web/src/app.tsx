import { Copy, FolderTree as FolderTreeIcon, ImageUp, PencilLine, Upload } from 'lucide-react'
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { UsersView } from './admin/users-view.tsx'
import type { Image } from './api/client.ts'
import { useServerEvents } from './api/events.ts'
import { AccountMenu } from './auth/account-menu.tsx'
import { useMay } from './auth/session.tsx'
import { Breadcrumb } from './gallery/breadcrumb.tsx'
import { Content } from './gallery/content.tsx'
import { DeletionNotice } from './gallery/deletion-notice.tsx'
import { DuplicatesView } from './gallery/duplicates-view.tsx'
import { FolderTree } from './gallery/folder-tree.tsx'
import { GalleryToolbar } from './gallery/gallery-toolbar.tsx'
import { ImageGrid } from './gallery/image-grid.tsx'
import { type ImageList, neighbours, wholeList, withoutHidden } from './gallery/image-list.ts'
import { LargeView } from './gallery/large-view.tsx'
import { SelectionBar } from './gallery/selection-bar.tsx'
import { useDeletion } from './gallery/use-deletion.ts'
import { useGallery } from './gallery/use-gallery.ts'
import { useSelection } from './gallery/use-selection.ts'
import { useViewed } from './gallery/use-viewed.ts'
import { messages } from './messages.ts'
import { filtersOf, orderOf, usePageState } from './page-state.ts'
import { DropZones } from './search/drop-zones.tsx'
import { addExamples, type Example, isSameSource, MOST_EXAMPLES, toggleExample } from './search/examples.ts'
import { QueryChips } from './search/query-chips.tsx'
import { useKeptPicture } from './search/use-kept-picture.ts'
import { usePictureInput } from './search/use-picture-input.ts'
import { isSearching, useSearch } from './search/use-search.ts'
import { addAction, isBlank } from './sketch/sketch.ts'
import { SketchPanel } from './sketch/sketch-panel.tsx'
import { useAddressedSketch } from './sketch/use-addressed-sketch.ts'
import { Dialog } from './ui/dialog.tsx'
import { Failures } from './ui/failures.tsx'
import { IconButton } from './ui/icon-button.tsx'
import { IndexNotices } from './ui/index-notices.tsx'
import { IndexProgressBar } from './ui/index-progress.tsx'
import { Shortcuts } from './ui/shortcuts.tsx'
import { ThemeToggle } from './ui/theme-toggle.tsx'
import { useLasting } from './ui/use-lasting.ts'
import { FileInput } from './upload/file-input.tsx'
import { UploadPanel } from './upload/upload-panel.tsx'
import { useUploads } from './upload/use-uploads.ts'

const TOO_MANY_EXAMPLES = messages.selection.tooManyExamples(MOST_EXAMPLES)
const TILE_SIZES = { min: 88, max: 320, initial: innerWidth < 640 ? 104 : 128 }

export function App() {
  const { state, change, changeExamples, closeView } = usePageState()
  const [isAtTop, setAtTop] = useState(true)
  const [tileSize, setTileSize] = useState(TILE_SIZES.initial)
  const [isSheetShown, setSheetShown] = useState(true)
  const [isSheetLarge, setSheetLarge] = useState(false)
  const [areFoldersShown, setFoldersShown] = useState(false)
  const makeSheetLarge = useCallback((isLarge: boolean) => {
    setSheetLarge(isLarge)
    if (isLarge) setSheetShown(true)
  }, [])
  const queryInput = useRef<HTMLInputElement>(null)
  const uploadInput = useRef<HTMLInputElement>(null)
  const mayEdit = useMay('editor')
  const mayAdminister = useMay('admin')
  const uploads = useUploads()
  const deletion = useDeletion()

  const {
    sketch,
    draw: drawOn,
    problem: sketchProblem,
  } = useAddressedSketch(state.examples, changeExamples, state.view !== undefined)
  const isShowingUsers = state.isShowingUsers && mayAdminister
  /** What somebody searches with meanwhile is not replaced by a picture that is still being sent. */
  const cancelPicture = useRef(() => {})
  const isShowingElse = state.isShowingDuplicates || isShowingUsers
  const draw = useCallback(
    (next: typeof sketch) => {
      cancelPicture.current()
      if (isShowingElse) change({ isShowingDuplicates: undefined })
      drawOn(next)
    },
    [isShowingElse, change, drawOn],
  )
  const examples = useMemo(() => state.examples.filter(({ kind }) => kind !== 'sketch'), [state.examples])
  const filters = useMemo(() => filtersOf(state), [state])
  const query = { sketch, examples, filters }
  const { result: search, isCurrent: isAnswered } = useSearch(query)
  const hasResults = isSearching(query) && (search.data !== undefined || search.isError)
  const { progress, isOffline, news, showNews } = useServerEvents(!isAtTop)
  const gallery = useGallery({ ...filters, ...orderOf(state.sort) }, !hasResults)
  const results = resultsOf(search, state.leastScore)
  const isSlow = useLasting(
    hasResults ? search.isPlaceholderData : isSearching(query) ? !search.isError : gallery.isOfBefore,
  )
  const list = withoutHidden(hasResults ? results.list : gallery, deletion.hidden)
  const listKey = JSON.stringify(hasResults ? [examples, filters] : [state.sort, filters])
  const { viewed, returnTo, onReturned, open } = useViewed(
    list,
    isShowingElse ? undefined : state.view,
    (id, isReplaced) => change({ view: id }, isReplaced),
    `${hasResults} ${listKey}`,
  )
  const { pin } = gallery
  useEffect(() => pin(viewed), [pin, viewed])
  const selection = useSelection(list, listKey)

  const setExamples = useCallback(
    (next: Example[]) => {
      cancelPicture.current()
      change({ examples: next, view: undefined, isShowingDuplicates: undefined })
    },
    [change],
  )
  const refine = (images: Image[], isWanted: boolean) => {
    const added = images.map(({ id }): Example => ({ kind: 'image', id, isWanted }))
    const [first, ...others] = added
    if (first === undefined) return
    const next =
      others.length === 0 ? toggleExample(state.examples, first) : addExamples(state.examples, added)
    if (next === undefined || next.length > MOST_EXAMPLES) return selection.refuse(TOO_MANY_EXAMPLES)
    setExamples(next)
    selection.clear()
  }
  const searchOnlyWith = (example: Example) => {
    // A drawing that the address does not name yet would not be missed there.
    const isNamed = state.examples.some(({ kind }) => kind === 'sketch')
    if (!isNamed && !isBlank(sketch)) drawOn(addAction(sketch, 'clear'))
    setExamples([example])
  }
  const findSimilar = (image: Image, region?: Example['region']) =>
    searchOnlyWith({ kind: 'image', id: image.id, isWanted: true, region })

  const picture = useKeptPicture((id) => searchOnlyWith({ kind: 'picture', id, isWanted: true }))
  cancelPicture.current = picture.cancel
  const folder = state.directory ?? '.'
  const input = usePictureInput({
    onPicture: picture.keep,
    onImage: useCallback(
      (id: string) => setExamples(toggleExample(state.examples, { kind: 'image', id, isWanted: true })),
      [setExamples, state.examples],
    ),
    onFiles: mayEdit ? (files) => uploads.add(files, folder) : undefined,
  })
  const removeSelected = () => {
    if (mayEdit && selection.images.size > 0) deletion.request([...selection.images.values()])
    selection.clear()
  }
  /** Together with all that are selected if it is; else alone: they may be out of sight. */
  const removeWithSelected = (image: Image | undefined) => {
    if (image === undefined || selection.ids.has(image.id)) removeSelected()
    else if (mayEdit) deletion.request([image])
  }
  const chooseFolder = useCallback(
    (directory: string | undefined) => {
      setFoldersShown(false)
      change({ directory, isShowingDuplicates: undefined })
    },
    [change],
  )
  // Not rendered anew for each row that is scrolled by: there may be thousands of folders.
  const folderTree = useMemo(
    () => <FolderTree current={state.directory} onChoose={chooseFolder} />,
    [state.directory, chooseFolder],
  )

  return (
    <div
      {...input.dropTarget}
      className="grid h-full grid-rows-[auto_auto_minmax(0,1fr)] lg:grid-cols-[22rem_minmax(0,1fr)] lg:grid-rows-[auto_minmax(0,1fr)]"
    >
      <header
        inert={isSheetLarge}
        className="flex items-center gap-1 border-line border-b max-[26rem]:gap-0 max-[26rem]:[&_button]:size-9 max-[22rem]:[&_button]:size-8 bg-surface px-3 py-1.5 sm:px-4 lg:col-span-2"
      >
        <img src="/icon.svg" alt="" className="size-7 max-[26rem]:hidden" />
        <h1 className="pl-1 text-base font-semibold tracking-tight max-[26rem]:sr-only">{messages.title}</h1>
        <div className="flex min-w-0 flex-1 justify-end px-2 max-[26rem]:px-0">
          <IndexProgressBar progress={progress} isOffline={isOffline} />
        </div>
        <Failures />
        {mayEdit && (
          <IconButton label={messages.upload.choose} onClick={() => uploadInput.current?.click()}>
            <Upload />
          </IconButton>
        )}
        <IconButton
          label={messages.duplicates.show}
          isPressed={state.isShowingDuplicates}
          onClick={() => change({ isShowingDuplicates: !state.isShowingDuplicates })}
        >
          <Copy />
        </IconButton>
        <Shortcuts />
        <span className="flex gap-1 lg:hidden">
          <IconButton label={messages.gallery.folders} onClick={() => setFoldersShown(true)}>
            <FolderTreeIcon />
          </IconButton>
          <IconButton
            label={isSheetShown ? messages.query.hide : messages.query.show}
            isLit={isSheetShown}
            onClick={() => setSheetShown(!isSheetShown)}
          >
            <PencilLine />
          </IconButton>
        </span>
        <ThemeToggle />
        <AccountMenu
          areUsersShown={isShowingUsers}
          onShowUsers={() => change({ isShowingUsers: !isShowingUsers })}
          beforeLeaving={deletion.hasten}
        />
      </header>

      <aside
        className={`${isSheetShown ? '' : 'hidden'} flex-col gap-3 border-line border-b bg-surface px-3 py-3 lg:flex lg:overflow-y-auto lg:border-r lg:border-b-0 lg:px-4`}
      >
        <SketchPanel sketch={sketch} onChange={draw} isLarge={isSheetLarge} setLarge={makeSheetLarge}>
          <span className="lg:hidden">
            <IconButton label={messages.query.upload} onClick={() => queryInput.current?.click()}>
              <ImageUp />
            </IconButton>
          </span>
        </SketchPanel>
        <div inert={isSheetLarge} className="hidden items-center gap-3 lg:flex">
          <button
            type="button"
            onClick={() => queryInput.current?.click()}
            className="flex h-10 shrink-0 items-center gap-2 rounded-lg border border-line px-3 hover:bg-raised"
          >
            <ImageUp className="size-5" /> {messages.query.upload}
          </button>
          <span className="text-sm text-muted">{messages.query.uploadHint}</span>
        </div>
        <div inert={isSheetLarge} className="hidden min-h-48 flex-1 overflow-y-auto lg:block">
          {folderTree}
        </div>
        <FileInput
          ref={queryInput}
          label={messages.query.upload}
          testId="query-file"
          onFiles={([file]) => file && picture.keep(file)}
        />
        <FileInput
          ref={uploadInput}
          label={messages.upload.choose}
          testId="upload-files"
          isMultiple
          onFiles={(files) => uploads.add(files, folder)}
        />
      </aside>

      <main inert={isSheetLarge} className="grid min-h-0 min-w-0 grid-rows-[auto_minmax(0,1fr)]">
        <div className="min-w-0">
          <IndexNotices />
          {picture.error !== undefined && (
            <p role="alert" className="px-4 pt-2 text-danger text-sm">
              {picture.error}
            </p>
          )}
          {picture.share !== undefined && (
            <p role="status" className="px-4 pt-2 text-sm tabular-nums">
              {messages.query.sending(picture.share)}
            </p>
          )}
          <QueryChips
            hasSketch={!isBlank(sketch)}
            examples={examples}
            onRemoveSketch={() => draw(addAction(sketch, 'clear'))}
            onRemove={(example) =>
              setExamples(state.examples.filter((other) => !isSameSource(other, example)))
            }
            onPart={(example, region) =>
              setExamples(
                state.examples.map((other) => (isSameSource(other, example) ? { ...other, region } : other)),
              )
            }
            onClear={() => {
              if (!isBlank(sketch)) draw(addAction(sketch, 'clear'))
              setExamples([])
            }}
          />
          {sketchProblem !== undefined && (
            <p role="status" className="px-4 pt-2 text-danger text-sm">
              {sketchProblem}
            </p>
          )}
          {examples.length > 0 && !isSearching(query) && (
            <p role="status" className="px-4 pt-2 text-sm">
              {messages.query.onlyUnwanted}
            </p>
          )}
          {!isShowingUsers && <Breadcrumb directory={state.directory} onChoose={chooseFolder} />}
          {!isShowingElse && (
            <GalleryToolbar
              state={state}
              change={change}
              count={list.count}
              isSearch={hasResults}
              isBusy={isSlow}
              isIndexing={(progress?.pending ?? 0) > 0}
              tileSize={tileSize}
              tileSizes={TILE_SIZES}
              onTileSize={setTileSize}
            />
          )}
          {selection.problem !== undefined && (
            <p role="alert" className="px-4 pb-2 text-danger text-sm">
              {selection.problem}
            </p>
          )}
          {news !== undefined && (
            <p role="status" className="flex items-center gap-3 px-4 pb-2 text-sm">
              {news === 'changed' ? messages.gallery.changed : messages.gallery.perhapsChanged}
              <button type="button" className="underline" onClick={showNews}>
                {messages.gallery.showChanges}
              </button>
            </p>
          )}
        </div>
        {isShowingUsers ? (
          <UsersView onBack={() => change({ isShowingUsers: undefined })} />
        ) : state.isShowingDuplicates ? (
          <DuplicatesView
            selection={selection}
            hidden={deletion.hidden}
            onOpen={(image) => change({ view: image.id })}
            onTop={setAtTop}
            onRefine={(image, isWanted) => refine([image], isWanted)}
            onDelete={removeWithSelected}
            onBack={() => change({ isShowingDuplicates: undefined })}
          />
        ) : (
          <Content
            list={list}
            isSearch={hasResults}
            isBusy={isSlow}
            isCurrent={isSearching(query) ? isAnswered : !gallery.isLoading && !gallery.isOfBefore}
            isNarrowed={isNarrowed(filters)}
            hidden={results.hidden}
          >
            <ImageGrid
              count={list.count}
              imageAt={list.imageAt}
              onRange={list.onRange}
              tileSize={tileSize}
              selected={selection.ids}
              onOpen={open}
              onToggle={(image, index, isRange) =>
                isRange ? selection.extendTo(image, index) : selection.toggle(image, index)
              }
              onSelectAll={selection.selectAll}
              returnTo={returnTo}
              onReturned={onReturned}
              onRefine={(image, isWanted) => refine([image], isWanted)}
              onDelete={removeWithSelected}
              onClearSelection={selection.clear}
              onTop={setAtTop}
              resetKey={`${hasResults} ${listKey}`}
            />
          </Content>
        )}
      </main>

      <div className="pointer-events-none fixed inset-x-3 bottom-3 z-25 flex flex-col items-center gap-2">
        <UploadPanel uploads={uploads} />
        <DeletionNotice deletion={deletion} />
        <SelectionBar
          count={selection.ids.size}
          onRefine={(isWanted) => refine([...selection.images.values()], isWanted)}
          onDelete={mayEdit ? removeSelected : undefined}
          onClear={selection.clear}
        />
      </div>
      <Dialog
        title={messages.gallery.folders}
        isOpen={areFoldersShown}
        onClose={() => setFoldersShown(false)}
      >
        <div className="px-4 pb-5">{folderTree}</div>
      </Dialog>
      {state.view !== undefined && (
        <LargeView
          id={state.view}
          known={viewed === undefined ? undefined : list.imageAt(viewed)}
          onClose={closeView}
          onFindSimilar={findSimilar}
          onRefine={(image, isWanted) => refine([image], isWanted)}
          {...neighbours(list, viewed, (image, index) => open(image, index, true))}
        />
      )}
      {input.dragged !== undefined && (
        <DropZones mayAdd={mayEdit && input.dragged === 'files'} folder={folder} />
      )}
    </div>
  )
}

const isNarrowed = (filters: object) => Object.values(filters).some((value) => value !== undefined)

function resultsOf(
  search: ReturnType<typeof useSearch>['result'],
  leastScore: number,
): { list: ImageList; hidden: number } {
  const all = search.data?.images ?? []
  const images = leastScore > 0 ? all.filter(({ score = 0 }) => score >= leastScore) : all
  const { isPending: isLoading, error } = search
  const list = wholeList(images, { isLoading, error, retry: () => void search.refetch() })
  return { list, hidden: all.length - images.length }
}
