import { Dialog } from '../components/dialog.tsx'
import { lazyPart } from '../components/lazy-part.tsx'
import { messages } from '../messages/messages.ts'
import { LazyLibrary } from './lazy-library.tsx'
import type { Page } from './use-page.ts'

const Shortcuts = lazyPart(async () => ({ default: (await import('../components/shortcuts.tsx')).Shortcuts }))
const DropZones = lazyPart(async () => ({ default: (await import('./drop-zones.tsx')).DropZones }))

const CollectionDialog = lazyPart(() => import('../gallery/collection-dialog.tsx'))
const FilesQuestion = lazyPart(() => import('../gallery/files-question.tsx'))

interface AppOverlaysProps {
  page: Page
  onDraw: () => void
  isFolderDialogOpen: boolean
  onFolderDialogClose: () => void
  areShortcutsOpen: boolean
  onShortcutsClose: () => void
}

/** Overlays of the page: folders, shortcuts, targets for dragged files. */
export function AppOverlays({
  page,
  onDraw,
  isFolderDialogOpen,
  onFolderDialogClose,
  areShortcutsOpen,
  onShortcutsClose,
}: AppOverlaysProps) {
  const closeTask = () => page.setTask(undefined)
  const closeQuestion = () => page.setFilesTask(undefined)
  return (
    <>
      <Dialog title={messages.gallery.library} isOpen={isFolderDialogOpen} onClose={onFolderDialogClose}>
        {isFolderDialogOpen && <LazyLibrary page={page} onDraw={onDraw} onChoose={onFolderDialogClose} />}
      </Dialog>
      {areShortcutsOpen && <Shortcuts isOpen onClose={onShortcutsClose} onMissing={onShortcutsClose} />}
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
