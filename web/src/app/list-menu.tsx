import { BookmarkPlus, Ellipsis, FolderPlus } from 'lucide-react'
import type { ExportSource } from '../api/export.ts'
import { IconButton } from '../components/icon-button.tsx'
import { Menu, MenuGroup, MenuItem, MenuSeparator } from '../components/menu.tsx'
import { ExportItems } from '../gallery/export-items.tsx'
import { useCollections } from '../gallery/use-collections.ts'
import { messages } from '../messages/messages.ts'
import { orderOf } from '../state/address.ts'
import type { Page } from './use-page.ts'

/** What can be done with all pictures of the list: keep the search, collect them, export them. */
export function ListMenu({ page }: { page: Page }) {
  const { lists, search } = page
  const { collections, exporting, gallery } = messages
  const source = useExportSource(page)
  const { saved } = search
  if (lists.list.count === 0) return null
  return (
    <Menu
      align="end"
      trigger={
        <IconButton label={gallery.listOptions} className="size-8.5">
          <Ellipsis />
        </IconButton>
      }
    >
      {saved && (
        <MenuItem icon={<BookmarkPlus />} onSelect={() => page.setTask({ kind: 'search', search: saved })}>
          {collections.saveSearch}
        </MenuItem>
      )}
      <MenuItem icon={<FolderPlus />} onSelect={() => void page.collectAll()}>
        {collections.addAll(lists.list.count)}
      </MenuItem>
      {source && (
        <>
          <MenuSeparator />
          <MenuGroup label={exporting.all(lists.list.count)}>
            <ExportItems source={source} />
          </MenuGroup>
        </>
      )}
    </Menu>
  )
}

/** All pictures of the list, as the server finds them again; undefined before the drawing of a search is saved. */
function useExportSource({ state, search }: Page): ExportSource | undefined {
  const collection = useCollections().find(({ id }) => id === state.collection)
  const title = collection && { title: collection.name }
  if (search.isActive) return search.saved && { search: search.saved, ...title }
  return { query: { ...search.filters, ...orderOf(state) }, ...title }
}
