import { Copy, FolderTree as FolderTreeIcon, ImageUp, PencilLine, Upload } from 'lucide-react'
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { UsersView } from './admin/users-view.tsx'
import type { Image } from './api/client.ts'
import { useServerEvents } from './api/events.ts'
import { AccountMenu } from './auth/account-menu.tsx'
import { useHasRole } from './auth/session.tsx'
import { Dialog } from './components/dialog.tsx'
import { IconButton } from './components/icon-button.tsx'
import { Shortcuts } from './components/shortcuts.tsx'
import { ThemeToggle } from './components/theme-toggle.tsx'
import { useDelayedTrue } from './components/use-delayed-true.ts'
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
import { DropZones } from './search/drop-zones.tsx'
import { QueryChips } from './search/query-chips.tsx'
import { usePictureInput } from './search/use-picture-input.ts'
import { useSavedPicture } from './search/use-saved-picture.ts'
import { isSearching, type SearchResult, useSearch } from './search/use-search.ts'
import { SheetColumn } from './sketch/sheet-column.tsx'
import { cleared, hasEnoughInk, isBlank } from './sketch/sketch.ts'
import { useAddressedSketch } from './sketch/use-addressed-sketch.ts'
import { filtersOf, orderOf, usePageState } from './state/page-state.ts'
import { isSameSource, MAX_TERMS, mergeTerms, type QueryTerm, toggleTerm } from './state/query-terms.ts'
import { Failures } from './status/failures.tsx'
import { IndexNotices } from './status/index-notices.tsx'
import { IndexProgressBar } from './status/index-progress.tsx'
import { FileInput } from './upload/file-input.tsx'
import { UploadPanel } from './upload/upload-panel.tsx'
import { useUploads } from './upload/use-uploads.ts'

const TOO_MANY_EXAMPLES = messages.selection.tooManyExamples(MAX_TERMS)
const TILE_SIZES = { min: 88, max: 320, initial: innerWidth < 640 ? 104 : 128 }

export function App() {
  const { state, change, changeTerms, closeView } = usePageState()
  const [isAtTop, setAtTop] = useState(true)
  const [tileSize, setTileSize] = useState(TILE_SIZES.initial)
  const [isSheetShown, setSheetShown] = useState(true)
  const [isSheetLarge, setSheetLarge] = useState(false)
  const [areFoldersShown, setFoldersShown] = useState(false)
  const setLarge = useCallback((isLarge: boolean) => {
    setSheetLarge(isLarge)
    if (isLarge) setSheetShown(true)
  }, [])
  const queryInput = useRef<HTMLInputElement>(null)
  const uploadInput = useRef<HTMLInputElement>(null)
  const mayEdit = useHasRole('editor')
  const mayAdminister = useHasRole('admin')
  const uploads = useUploads()
  const deletion = useDeletion()

  const addressed = useAddressedSketch(state.terms, changeTerms, state.view !== undefined)
  const { sketch, live, draw: drawOn, preview, problem: sketchProblem } = addressed
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
  const terms = useMemo(() => state.terms.filter(({ kind }) => kind !== 'sketch'), [state.terms])
  const filters = useMemo(() => filtersOf(state), [state])
  const query = { sketch: live, terms, filters }
  const { result: search, isCurrent: isAnswered } = useSearch(query)
  const hasResults = isSearching(query) && (search.data !== undefined || search.isError)
  const { progress, isOffline, pendingChanges, showChanges } = useServerEvents(!isAtTop)
  const gallery = useGallery({ ...filters, ...orderOf(state.sort) }, !hasResults)
  const results = resultsOf(search, state.minScore)
  const isSlow = useDelayedTrue(
    hasResults ? search.isPlaceholderData : isSearching(query) ? !search.isError : gallery.isOfBefore,
  )
  const list = withoutHidden(hasResults ? results.list : gallery, deletion.hidden)
  const listKey = JSON.stringify(hasResults ? [terms, filters] : [state.sort, filters])
  const { openIndex, returnTo, onReturned, open } = useViewed(
    list,
    isShowingElse ? undefined : state.view,
    (id, isReplaced) => change({ view: id }, isReplaced),
    `${hasResults} ${listKey}`,
  )
  const { pin } = gallery
  useEffect(() => pin(openIndex), [pin, openIndex])
  const selection = useSelection(list, listKey)

  const setTerms = useCallback(
    (next: QueryTerm[]) => {
      cancelPicture.current()
      change({ terms: next, view: undefined, isShowingDuplicates: undefined })
    },
    [change],
  )
  const addTerms = (images: Image[], isWanted: boolean) => {
    const added = images.map(({ id }): QueryTerm => ({ kind: 'image', id, isWanted }))
    const [first, ...others] = added
    if (first === undefined) return
    const next = others.length === 0 ? toggleTerm(state.terms, first) : mergeTerms(state.terms, added)
    if (next === undefined || next.length > MAX_TERMS) return selection.refuse(TOO_MANY_EXAMPLES)
    setTerms(next)
    selection.clear()
  }
  const searchOnlyWith = (term: QueryTerm) => {
    // A drawing that the address does not name yet would not be missed there.
    const isNamed = state.terms.some(({ kind }) => kind === 'sketch')
    if (!isNamed && !isBlank(sketch)) drawOn(cleared(sketch))
    setTerms([term])
  }
  const findSimilar = (image: Image, region?: QueryTerm['region']) =>
    searchOnlyWith({ kind: 'image', id: image.id, isWanted: true, region })

  const picture = useSavedPicture((id) => searchOnlyWith({ kind: 'picture', id, isWanted: true }))
  cancelPicture.current = picture.cancel
  const folder = state.directory ?? '.'
  const input = usePictureInput({
    onPicture: picture.keep,
    onImage: useCallback(
      (id: string) => setTerms(toggleTerm(state.terms, { kind: 'image', id, isWanted: true })),
      [setTerms, state.terms],
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
          beforeLeaving={deletion.deleteNow}
        />
      </header>

      <aside
        className={`${isSheetShown ? '' : 'hidden'} flex-col gap-3 border-line border-b bg-surface px-3 py-3 lg:flex lg:overflow-y-auto lg:border-r lg:border-b-0 lg:px-4`}
      >
        <SheetColumn
          sketch={sketch}
          onChange={draw}
          onLive={preview}
          isFull={isSheetLarge}
          setFull={setLarge}
        />
        <span className="lg:hidden">
          <IconButton label={messages.query.upload} onClick={() => queryInput.current?.click()}>
            <ImageUp />
          </IconButton>
        </span>
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
            hasSketch={hasEnoughInk(sketch.strokes)}
            terms={terms}
            onRemoveSketch={() => draw(cleared(sketch))}
            onRemove={(term) => setTerms(state.terms.filter((other) => !isSameSource(other, term)))}
            onPart={(term, region) =>
              setTerms(state.terms.map((other) => (isSameSource(other, term) ? { ...other, region } : other)))
            }
            onClear={() => {
              if (!isBlank(sketch)) draw(cleared(sketch))
              setTerms([])
            }}
          />
          {sketchProblem !== undefined && (
            <p role="status" className="px-4 pt-2 text-danger text-sm">
              {sketchProblem}
            </p>
          )}
          {terms.length > 0 && !isSearching(query) && <p role="status">{messages.query.onlyUnwanted}</p>}
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
          {pendingChanges !== undefined && (
            <p role="status" className="flex items-center gap-3 px-4 pb-2 text-sm">
              {pendingChanges === 'changed' ? messages.gallery.changed : messages.gallery.perhapsChanged}
              <button type="button" className="underline" onClick={showChanges}>
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
            onAddTerms={(image, isWanted) => addTerms([image], isWanted)}
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
              onAddTerms={(image, isWanted) => addTerms([image], isWanted)}
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
          onAddTerms={(isWanted) => addTerms([...selection.images.values()], isWanted)}
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
          known={openIndex === undefined ? undefined : list.imageAt(openIndex)}
          onClose={closeView}
          onFindSimilar={findSimilar}
          onAddTerms={(image, isWanted) => addTerms([image], isWanted)}
          {...neighbours(list, openIndex, (image, index) => open(image, index, true))}
        />
      )}
      {input.dragged !== undefined && (
        <DropZones mayAdd={mayEdit && input.dragged === 'files'} folder={folder} />
      )}
    </div>
  )
}

const isNarrowed = (filters: object) => Object.values(filters).some((value) => value !== undefined)

function resultsOf(search: SearchResult, minScore: number): { list: ImageList; hidden: number } {
  const all = search.data?.images ?? []
  const images = minScore > 0 ? all.filter(({ score = 0 }) => score >= minScore) : all
  const { isPending: isLoading, error } = search
  const list = wholeList(images, { isLoading, error, retry: () => void search.refetch() })
  return { list, hidden: all.length - images.length }
}
