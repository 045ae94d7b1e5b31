import { BookmarkPlus, FolderPlus } from 'lucide-react'
import type { ExportSource } from '../api/export.ts'
import { MenuGroup, MenuItem, MenuSeparator } from '../components/menu.tsx'
import { ExportItems } from '../gallery/export-items.tsx'
import { useCollections } from '../gallery/use-collections.ts'
import { messages } from '../messages/messages.ts'
import { orderOf } from '../state/address.ts'
import type { Page } from './use-page.ts'

export default function ListMenuItems({ page }: { page: Page }) {
  const { lists, search } = page
  const { collections, exporting } = messages
  const source = useExportSource(page)
  const { saved } = search
  return (
    <>
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
    </>
  )
}

/** All pictures of the list, as the server finds them again; undefined before the drawing of a search is saved. */
function useExportSource({ state, search }: Page): ExportSource | undefined {
  const collection = useCollections().find(({ id }) => id === state.collection)
  const title = collection && { title: collection.name }
  if (search.isActive) return search.saved && { search: search.saved, ...title }
  return { query: { ...search.filters, ...orderOf(state) }, ...title }
}
