import { messages } from '../messages/messages.ts'
import { nameOf } from '../upload/folder-name.ts'

interface DropZonesProps {
  mayAdd: boolean
  folder: string
  /** Whether an image of the gallery is dragged: it can also be dropped onto a collection, so that the library stays free. */
  isImage: boolean
}

/** Targets for a dragged picture or file. */
export function DropZones({ mayAdd, folder, isImage }: DropZonesProps) {
  const zone =
    'grid place-items-center rounded-sheet border-2 border-accent border-dashed bg-accent-soft p-4 text-center text-16 font-medium text-accent-ink'
  return (
    <div
      className={`fixed inset-3 z-30 grid gap-3 sm:grid-flow-col sm:auto-cols-fr ${isImage ? 'pointer-events-none [body:has(nav)_&]:left-67' : ''}`}
    >
      <div data-drop="search" className={zone}>
        {messages.query.dropToSearch}
      </div>
      {mayAdd && (
        <div data-drop="add" className={zone}>
          {messages.query.dropToAdd(nameOf(folder))}
        </div>
      )}
    </div>
  )
}
