import { BookmarkPlus, FolderPlus } from 'lucide-react'
import type { ExportSource } from '../api/export.ts'
import { MenuGroup, MenuItem, MenuSeparator } from '../components/menu.tsx'
import { ExportItems } from '../gallery/export-items.tsx'
import { useCollections } from '../gallery/use-collections.ts'
import { messages } from '../messages/messages.ts'
import { viewMessages } from '../messages/view-messages.ts'
import { orderOf } from '../state/address.ts'
import type { Page } from './use-page.ts'

export default function ListMenuItems({ page }: { page: Page }) {
  const { lists, search, state } = page
  const { collections } = messages
  const { exporting } = viewMessages
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
          <MenuGroup label={state.fold === 'none' ? exporting.all(lists.list.count) : exporting.allFiles}>
            <ExportItems withSource={(act) => act(source)} />
          </MenuGroup>
        </>
      )}
    </>
  )
}

/**
 * All files of the list, also those without a tile of their own, as the server finds them again; undefined before the drawing of a
 * search is saved.
 */
function useExportSource({ state, search }: Page): ExportSource | undefined {
  const collection = useCollections().find(({ id }) => id === state.collection)
  const title = collection && { title: collection.name }
  if (search.isActive) return search.saved && { search: search.saved, ...title }
  return { query: { ...search.filters, fold: undefined, ...orderOf(state) }, ...title }
}
