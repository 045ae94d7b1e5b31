import { BookmarkPlus, CircleCheck, FolderPlus, Link } from 'lucide-react'
import { MenuGroup, MenuItem, MenuSeparator } from '../components/menu.tsx'
import { useToast } from '../components/toast.tsx'
import { ExportItems, type WithSource } from '../gallery/export-items.tsx'
import { useCollections } from '../gallery/use-collections.ts'
import { useCopy } from '../gallery/use-copy.ts'
import { messages } from '../messages/messages.ts'
import { viewMessages } from '../messages/view-messages.ts'
import { orderOf } from '../state/address.ts'
import type { Page } from './use-page.ts'

export default function ListMenuItems({ page, onSelect }: { page: Page; onSelect: () => void }) {
  const { lists, search, state } = page
  const { collections, selection } = messages
  const { copying, exporting } = viewMessages
  const { copyLink } = useCopy()
  const withSource = useExportSource(page)
  const areShown = isCut(page) || state.fold === 'none'
  const { saved } = search
  return (
    <>
      {/* Where nothing hovers, only a long press selects otherwise. */}
      <MenuItem icon={<CircleCheck />} onSelect={onSelect}>
        {selection.start}
      </MenuItem>
      {saved && (
        <MenuItem icon={<BookmarkPlus />} onSelect={() => page.setTask({ kind: 'search', search: saved })}>
          {collections.saveSearch}
        </MenuItem>
      )}
      <MenuItem icon={<FolderPlus />} onSelect={() => void page.collectAll()}>
        {collections.addAll(lists.list.count)}
      </MenuItem>
      {(saved || !search.isActive) && (
        // Before its drawing is saved, a search has no address.
        <MenuItem icon={<Link />} onSelect={() => void copyLink()}>
          {copying.link}
        </MenuItem>
      )}
      {withSource && (
        <>
          <MenuSeparator />
          <MenuGroup label={areShown ? exporting.all(lists.list.count) : exporting.allFiles}>
            <ExportItems withSource={withSource} />
          </MenuGroup>
        </>
      )}
    </>
  )
}

/** Whether the list ends before further results, which the server does not distinguish. */
function isCut({ search, lists }: Page): boolean {
  return search.hasResults && lists.closeCount !== undefined && !lists.isFurtherShown
}

/**
 * All files of the list, also those without a tile of their own, as the server finds them again; undefined before the drawing of a
 * search is saved.
 */
function useExportSource(page: Page): WithSource | undefined {
  const { state, search, lists } = page
  const toast = useToast()
  const collection = useCollections().find(({ id }) => id === state.collection)
  const title = collection && { title: collection.name }
  const { saved } = search
  if (isCut(page)) {
    return async (act) => {
      try {
        const images = await lists.list.load(0, lists.list.count - 1)
        page.withFiles('export', images, (files) => act({ image_ids: files.map(({ id }) => id), ...title }))
      } catch (error) {
        toast.show({ text: error instanceof Error ? error.message : viewMessages.exporting.failed })
      }
    }
  }
  if (search.isActive) return saved && ((act) => act({ search: saved, ...title }))
  return (act) => act({ query: { ...search.filters, fold: undefined, ...orderOf(state) }, ...title })
}
