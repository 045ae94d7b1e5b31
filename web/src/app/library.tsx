import { Clock, Copy, Images, Trash2, Users } from 'lucide-react'
import { type ReactNode, useMemo } from 'react'
import type { Image } from '../api/client.ts'
import { useHasAccounts } from '../auth/account-actions.tsx'
import { CollectionList } from '../gallery/collection-list.tsx'
import { FolderTree } from '../gallery/folder-tree.tsx'
import { countOf, useFolders } from '../gallery/folders.ts'
import { useRecentCount } from '../gallery/use-recent-count.ts'
import { useTrashCount } from '../gallery/use-trash-list.ts'
import { number } from '../messages/format.ts'
import { messages } from '../messages/messages.ts'
import { replaceBy } from '../sketch/sketch.ts'
import type { PageChange } from '../state/address.ts'
import { useHasRole } from '../state/role.ts'
import { ALL } from './places.ts'
import { SavedSketchList } from './saved-sketch-list.tsx'
import type { Page } from './use-page.ts'

interface LibraryProps {
  page: Page
  /** Shows the sheet. */
  onDraw: () => void
  /** Called after a choice, to close a dialog. */
  onChoose?: () => void
  /** Collections can stand before the folders, of which there may be thousands. */
  first?: 'folders' | 'collections'
}

/** Folders and other places of the gallery. */
export function Library({ page, onDraw, onChoose, first = 'folders' }: LibraryProps) {
  const { state, change } = page
  // Not rendered again while a list scrolls: there may be thousands of folders.
  const folders = useMemo(
    () => (
      <FolderTree
        current={state.directory}
        onChoose={(directory) => {
          change({ ...ALL, directory })
          onChoose?.()
        }}
      />
    ),
    [state.directory, change, onChoose],
  )
  const collections = (
    <CollectionList
      current={state.show === undefined ? state.collection : undefined}
      onChoose={(id) => {
        page.openCollection(id)
        onChoose?.()
      }}
      onNew={() => page.setTask({ kind: 'add', ids: [] })}
      withDropped={(id, act) =>
        page.withFiles('collect', draggedWith(page, id), (files) => act(files.map((file) => file.id)))
      }
    />
  )
  return (
    <div className="flex flex-col gap-0.5">
      {first === 'collections' && collections}
      <Places
        page={page}
        onOpen={(place) => {
          change(place)
          onChoose?.()
        }}
      />
      {folders}
      {first === 'folders' && collections}
      <SavedSketchList
        onOpen={({ sketch }) => {
          page.sheet.draw(replaceBy(page.sheet.sketch, sketch))
          onDraw()
          onChoose?.()
        }}
      />
    </div>
  )
}

/** Pictures that are dragged together with one of the list: all that are selected if it is one of them. */
function draggedWith({ lists: { list, selection } }: Page, id: string): Image[] {
  if (selection.ids.has(id)) return [...selection.images.values()]
  return [...list.loaded()].flatMap(([, image]) => (image.id === id ? [image] : []))
}

/** All pictures, recent ones, duplicates, the trash, and for administrators the users. */
function Places({ page: { state }, onOpen }: { page: Page; onOpen: (place: PageChange) => void }) {
  const { gallery } = messages
  const mayAdminister = useHasRole('admin')
  const hasAccounts = useHasAccounts()
  const { data: root } = useFolders()
  const isGallery = state.show === undefined
  const isAll = isGallery && !state.isRecent && !(state.collection ?? state.directory ?? state.copiesOf)
  return (
    <>
      <Place
        icon={<Images />}
        isCurrent={isAll}
        onClick={() => onOpen(ALL)}
        text={gallery.allPictures}
        count={root && countOf(root)}
      />
      <Place
        icon={<Clock />}
        isCurrent={isGallery && state.isRecent}
        onClick={() => onOpen({ ...ALL, isRecent: true })}
        text={gallery.recent}
        count={useRecentCount()}
      />
      <Place
        icon={<Copy />}
        isCurrent={state.show === 'duplicates'}
        onClick={() => onOpen({ show: 'duplicates' })}
        text={gallery.duplicates}
      />
      <Place
        icon={<Trash2 />}
        isCurrent={state.show === 'trash'}
        onClick={() => onOpen({ show: 'trash' })}
        text={gallery.trash}
        count={useTrashCount()}
      />
      {mayAdminister && hasAccounts && (
        <Place
          icon={<Users />}
          isCurrent={state.show === 'users'}
          onClick={() => onOpen({ show: 'users' })}
          text={gallery.users}
        />
      )}
    </>
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
      {count !== undefined && <span className="text-12 text-ink-2 tabular-nums">{number(count)}</span>}
    </button>
  )
}
