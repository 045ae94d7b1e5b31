import { lazy, Suspense } from 'react'
import { Dialog } from '../components/dialog.tsx'
import { messages } from '../messages/messages.ts'
import { LazyLibrary } from './lazy-library.tsx'
import type { Page } from './use-page.ts'

const Shortcuts = lazy(async () => ({ default: (await import('../components/shortcuts.tsx')).Shortcuts }))
const DropZones = lazy(async () => ({ default: (await import('./drop-zones.tsx')).DropZones }))

const CollectionDialog = lazy(() => import('../gallery/collection-dialog.tsx'))

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
  return (
    <>
      <Dialog title={messages.gallery.library} isOpen={isFolderDialogOpen} onClose={onFolderDialogClose}>
        {isFolderDialogOpen && <LazyLibrary page={page} onDraw={onDraw} onChoose={onFolderDialogClose} />}
      </Dialog>
      {areShortcutsOpen && (
        <Suspense fallback={null}>
          <Shortcuts isOpen onClose={onShortcutsClose} />
        </Suspense>
      )}
      {page.task !== undefined && (
        <Suspense fallback={null}>
          <CollectionDialog
            task={page.task}
            onOpen={page.openCollection}
            onClose={() => page.setTask(undefined)}
          />
        </Suspense>
      )}
      {page.input.dragged !== undefined && (
        <Suspense fallback={null}>
          <DropZones
            mayAdd={page.mayEdit && page.input.dragged === 'files'}
            folder={page.folder}
            isImage={page.input.dragged === 'image'}
          />
        </Suspense>
      )}
    </>
  )
}
