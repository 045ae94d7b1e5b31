import { Copy, Images, Trash2, Users } from 'lucide-react'
import { type ReactNode, useMemo } from 'react'
import { useHasAccounts } from '../auth/account-actions.tsx'
import { CollectionList } from '../gallery/collection-list.tsx'
import { FolderTree } from '../gallery/folder-tree.tsx'
import { useTrashCount } from '../gallery/use-trash-list.ts'
import { number } from '../messages/format.ts'
import { messages } from '../messages/messages.ts'
import type { OtherView } from '../state/address.ts'
import { useHasRole } from '../state/role.ts'
import type { Page } from './use-page.ts'

/** Folders and other places of the gallery. @param onChoose is called after a choice, to close what covers the page */
export function Library({ page, onChoose }: { page: Page; onChoose?: () => void }) {
  const { state, change } = page
  const { gallery } = messages
  const mayAdminister = useHasRole('admin')
  const hasAccounts = useHasAccounts()
  const trashed = useTrashCount()
  const show = (view: OtherView | undefined) => {
    change({ show: view })
    onChoose?.()
  }
  // Rendered once, not for each row that is scrolled by: there may be thousands of folders.
  const folders = useMemo(
    () => (
      <FolderTree
        current={state.directory}
        onChoose={(directory) => {
          change({ directory, collection: undefined, show: undefined })
          onChoose?.()
        }}
      />
    ),
    [state.directory, change, onChoose],
  )
  return (
    <div className="flex flex-col gap-0.5">
      <Place
        icon={<Images />}
        isCurrent={state.show === undefined && state.collection === undefined}
        onClick={() => {
          change({ show: undefined, collection: undefined })
          onChoose?.()
        }}
        text={messages.app.gallery}
      />
      <Place
        icon={<Copy />}
        isCurrent={state.show === 'duplicates'}
        onClick={() => show('duplicates')}
        text={gallery.duplicates}
      />
      <Place
        icon={<Trash2 />}
        isCurrent={state.show === 'trash'}
        onClick={() => show('trash')}
        text={gallery.trash}
        count={trashed}
      />
      {mayAdminister && hasAccounts && (
        <Place
          icon={<Users />}
          isCurrent={state.show === 'users'}
          onClick={() => show('users')}
          text={gallery.users}
        />
      )}
      <CollectionList
        current={state.show === undefined ? state.collection : undefined}
        onChoose={(id) => {
          page.openCollection(id)
          onChoose?.()
        }}
        onNew={() => page.setTask({ kind: 'add', ids: [] })}
        withSelected={(id) => (page.lists.selection.ids.has(id) ? [...page.lists.selection.ids] : [id])}
      />
      <h2 className="px-2.5 pt-4 pb-1.5 font-medium text-12 text-ink-2">{gallery.folders}</h2>
      {folders}
    </div>
  )
}

interface PlaceProps {
  icon: ReactNode
  text: string
  isCurrent: boolean
  onClick: () => void
  count?: number | undefined
}

function Place({ icon, text, isCurrent, onClick, count }: PlaceProps) {
  return (
    <button
      type="button"
      aria-current={isCurrent ? 'page' : undefined}
      onClick={onClick}
      className={`flex h-9 items-center gap-2.5 rounded-control px-2.5 text-left transition-colors duration-hover coarse:h-11 [&_svg]:size-4.5 [&_svg]:text-ink-2 ${isCurrent ? 'bg-sunken font-medium' : 'hover:bg-sunken'}`}
    >
      {icon}
      <span className="min-w-0 flex-1 truncate">{text}</span>
      {count !== undefined && <span className="text-12 text-ink-2">{number(count)}</span>}
    </button>
  )
}
