import { messages } from '../messages.ts'
import { nameOf } from '../upload/upload-panel.tsx'

/** Where a dragged image or file can be dropped, and what happens then. */
export function DropZones({ mayAdd, folder }: { mayAdd: boolean; folder: string }) {
  const zone =
    'grid place-items-center rounded-3xl border-4 border-accent border-dashed bg-page/90 p-4 text-center text-xl'
  return (
    <div className="fixed inset-3 z-30 grid gap-3 sm:grid-flow-col sm:auto-cols-fr">
      <div data-drop="search" className={zone}>
        {messages.query.drop}
      </div>
      {mayAdd && (
        <div data-drop="add" className={zone}>
          {messages.query.dropToAdd(nameOf(folder))}
        </div>
      )}
    </div>
  )
}
