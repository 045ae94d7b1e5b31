import { type RefObject, useEffect, useRef, useState } from 'react'
import { flushSync } from 'react-dom'
import { lazyPart } from '../components/lazy-part.tsx'
import { useLayout } from '../components/use-layout.ts'
import { TrashFailures } from '../gallery/trash-failures.tsx'
import { messages } from '../messages/messages.ts'
import { isElsewhere, isViewing } from '../state/address.ts'
import { useStoredFlag } from '../state/settings.ts'
import { FileInput } from '../upload/file-input.tsx'
import { type AppDialog, AppOverlays, type LibraryPart } from './app-overlays.tsx'
import { focusNextPane } from './panes.ts'
import { SettingsMenu } from './settings-menu.tsx'
import { SkipLink } from './skip-link.tsx'
import { loadUploadPanel } from './upload-panel.ts'
import { useAppKeys } from './use-app-keys.ts'
import { type Page, usePage } from './use-page.ts'
import { useTrace } from './use-trace.ts'

// A window needs one of them, so that the first load is smaller.
const PhoneLayout = lazyPart(async () => ({ default: (await import('./phone-layout.tsx')).PhoneLayout }))
const WideLayout = lazyPart(async () => ({ default: (await import('./wide-layout.tsx')).WideLayout }))
const UploadPanel = lazyPart(async () => ({ default: (await loadUploadPanel()).UploadPanel }))
const ViewedPicture = lazyPart(() => import('./viewed-picture.tsx'))
const ComparedPictures = lazyPart(() => import('./compared-pictures.tsx'))

export function App() {
  const page = usePage()
  const { state, change, mayEdit, lists, input, sheet } = page
  const layout = useLayout()
  const queryInput = useRef<HTMLInputElement>(null)
  const uploadInput = useRef<HTMLInputElement>(null)
  const wordsRef = useRef<HTMLInputElement>(null)
  const [isPaneOpen, setPaneOpen] = usePane(sheet.openings)
  const scores = useStoredFlag('scores', false)
  const [dialog, setDialog] = useState<AppDialog>()
  const [lastPane, setLastPane] = useState<'query' | 'results'>('query')
  const isCovered = isViewing(state)
  const hasSheetKeys = lastPane === 'query' && isPaneOpen && !isElsewhere(state)
  const library = useLibrary(layout === 'side')
  const openSheet = () => {
    setLastPane('query')
    sheet.openSheet()
    setPaneOpen(true)
    // These views leave no room for the sheet.
    if (state.show === 'duplicates' || (state.show && layout === 'phone')) change({ show: undefined })
  }
  const onWords = () => focusWords(wordsRef, state.show === undefined ? openSheet : undefined)
  useAppKeys({
    onSheet: openSheet,
    onLibrary: library.toggle,
    onShortcuts: () => setDialog('shortcuts'),
    onWords,
    onDuplicates: () => change({ show: 'duplicates' }),
    onPane: focusNextPane,
    onUndo: mayEdit && !hasSheetKeys ? lists.trash.undo : undefined,
    onSelectAll: hasSheetKeys || isElsewhere(state) ? undefined : lists.selection.selectAll,
  })
  const shared = {
    page,
    areScoresShown: scores[0],
    isPaneOpen,
    setPaneOpen,
    hasSheetKeys,
    onPane: setLastPane,
    onDraw: openSheet,
    onLibrary: library.toggle,
    onCollections: library.openCollections,
    onWords,
    onAddFiles: mayEdit ? () => uploadInput.current?.click() : undefined,
    onChoosePicture: () => queryInput.current?.click(),
    wordsRef,
    trace: useTrace(openSheet),
    settings: <PageSettings page={page} scores={scores} onDialog={setDialog} />,
  }
  return (
    <div {...input.dropTarget} className="h-full">
      <div inert={isCovered} className="flex h-full flex-col">
        <SkipLink />
        {layout === 'phone' ? (
          <PhoneLayout {...shared} />
        ) : (
          <WideLayout {...shared} layout={layout} isLibraryOpen={library.isOpen} />
        )}
      </div>
      {isCovered && <Viewer page={page} />}
      <Corner page={page} />
      <FileInputs page={page} queryRef={queryInput} uploadRef={uploadInput} />
      <AppOverlays
        page={page}
        onDraw={openSheet}
        libraryDialog={library.dialog}
        onLibraryDialogClose={library.closeDialog}
        dialog={dialog}
        onDialogClose={() => setDialog(undefined)}
      />
    </div>
  )
}

interface PageSettingsProps {
  page: Page
  /** Whether scores are always shown. */
  scores: ReturnType<typeof useStoredFlag>
  onDialog: (dialog: AppDialog) => void
}

function PageSettings({ page: { lists, uploads }, scores, onDialog }: PageSettingsProps) {
  const [areScoresShown, setScoresShown] = scores
  return (
    <SettingsMenu
      areScoresShown={areScoresShown}
      onScoresShown={setScoresShown}
      onDialog={onDialog}
      beforeLeaving={lists.trash.settled}
      isLeavingAsked={uploads.openCount > 0}
    />
  )
}

/** Whether the query pane is open. Opening the sheet or a picture in it opens it. */
function usePane(openings: number) {
  const pane = useStoredFlag('query-pane', true)
  const [, setOpen] = pane
  useEffect(() => {
    if (openings > 0) setOpen(true)
  }, [openings, setOpen])
  return pane
}

/** The library, in a pane where there is room and in a dialog elsewhere. */
function useLibrary(hasRoom: boolean) {
  const [isOpen, setOpen] = useStoredFlag('library', false)
  const [dialog, setDialog] = useState<LibraryPart>()
  return {
    isOpen: hasRoom && isOpen,
    dialog,
    toggle: () => (hasRoom ? setOpen(!isOpen) : setDialog('folders')),
    openCollections: () => setDialog('collections'),
    closeDialog: () => setDialog(undefined),
  }
}

/** Goes to the field for words. @param openSheet for a phone, where the field stands on the sheet; undefined if it would leave the view */
function focusWords(ref: RefObject<HTMLInputElement | null>, openSheet: (() => void) | undefined): void {
  // At once: a phone shows its keyboard only for a focus within the event of a touch.
  if (ref.current === null && openSheet !== undefined) flushSync(openSheet)
  ref.current?.focus()
}

/** Uploads and problems, above everything else. */
function Corner({ page: { uploads, lists } }: { page: Page }) {
  return (
    <div className="pointer-events-none fixed inset-x-3 bottom-[calc(env(safe-area-inset-bottom)+0.75rem)] z-40 flex flex-col items-center gap-2">
      {uploads.list.length > 0 && <UploadPanel uploads={uploads} />}
      <TrashFailures trash={lists.trash} />
    </div>
  )
}

interface FileInputsProps {
  page: Page
  /** A picture to search with. */
  queryRef: RefObject<HTMLInputElement | null>
  /** Files for the folder in view. */
  uploadRef: RefObject<HTMLInputElement | null>
}

function FileInputs({ page: { picture, uploads, folder }, queryRef, uploadRef }: FileInputsProps) {
  return (
    <>
      <FileInput
        ref={queryRef}
        label={messages.query.chooseFile}
        testId="query-file"
        onFiles={([file]) => file && picture.keep(file)}
      />
      <FileInput
        ref={uploadRef}
        label={messages.app.addFiles}
        testId="upload-files"
        isMultiple
        onFiles={(files) => uploads.add(files, folder)}
      />
    </>
  )
}

/** A picture in the large view, or pictures that are compared. */
function Viewer({ page }: { page: Page }) {
  const { state, control } = page
  return state.view === undefined ? (
    <ComparedPictures page={page} onMissing={control.closeView} />
  ) : (
    <ViewedPicture page={page} id={state.view} onMissing={control.closeView} />
  )
}
