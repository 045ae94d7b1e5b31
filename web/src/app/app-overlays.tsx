import { Dialog } from '../components/dialog.tsx'
import { lazyPart } from '../components/lazy-part.tsx'
import { messages } from '../messages/messages.ts'
import { AccountDialog } from '../status/account-dialog.tsx'
import { LazyLibrary } from './lazy-library.tsx'
import type { Page } from './use-page.ts'

const Shortcuts = lazyPart(async () => ({ default: (await import('../components/shortcuts.tsx')).Shortcuts }))
const DropZones = lazyPart(async () => ({ default: (await import('./drop-zones.tsx')).DropZones }))

const ApiKeys = lazyPart(async () => ({ default: (await import('../auth/api-keys.tsx')).ApiKeys }))
const CollectionDialog = lazyPart(() => import('../gallery/collection-dialog.tsx'))
const FilesQuestion = lazyPart(() => import('../gallery/files-question.tsx'))
const SignOut = lazyPart(() => import('./sign-out.tsx'))

/** Shortcuts, the account of all files, the user's API keys, or the question before leaving. They stay open when the layout changes. */
export type AppDialog = 'shortcuts' | 'files' | 'keys' | 'sign-out'

export type LibraryPart = 'folders' | 'collections'

interface AppOverlaysProps {
  page: Page
  onDraw: () => void
  /** The part with which the dialog of the library begins; undefined while it is closed. */
  libraryDialog: LibraryPart | undefined
  onLibraryDialogClose: () => void
  dialog: AppDialog | undefined
  onDialogClose: () => void
}

/** Overlays of the page: folders, shortcuts, targets for dragged files. */
export function AppOverlays({
  page,
  onDraw,
  libraryDialog,
  onLibraryDialogClose,
  dialog,
  onDialogClose,
}: AppOverlaysProps) {
  const closeTask = () => page.setTask(undefined)
  const closeQuestion = () => page.setFilesTask(undefined)
  return (
    <>
      <Dialog
        title={messages.gallery.library}
        isOpen={libraryDialog !== undefined}
        onClose={onLibraryDialogClose}
      >
        {libraryDialog && (
          <LazyLibrary page={page} onDraw={onDraw} onChoose={onLibraryDialogClose} first={libraryDialog} />
        )}
      </Dialog>
      {dialog === 'shortcuts' && <Shortcuts isOpen onClose={onDialogClose} onMissing={onDialogClose} />}
      <AccountDialog isOpen={dialog === 'files'} onClose={onDialogClose} />
      {dialog === 'keys' && <ApiKeys onClose={onDialogClose} onMissing={onDialogClose} />}
      {dialog === 'sign-out' && (
        <SignOut
          fileCount={page.uploads.openCount}
          beforeLeaving={page.lists.trash.settled}
          onSignedOut={page.uploads.close}
          onClose={onDialogClose}
          onMissing={onDialogClose}
        />
      )}
      {page.task !== undefined && (
        <CollectionDialog
          task={page.task}
          onOpen={page.openCollection}
          onClose={closeTask}
          onMissing={closeTask}
        />
      )}
      {page.filesTask !== undefined && (
        <FilesQuestion task={page.filesTask} onClose={closeQuestion} onMissing={closeQuestion} />
      )}
      {page.input.dragged !== undefined && (
        <DropZones
          mayAdd={page.mayEdit && page.input.dragged === 'files'}
          folder={page.folder}
          isImage={page.input.dragged === 'image'}
        />
      )}
    </>
  )
}
