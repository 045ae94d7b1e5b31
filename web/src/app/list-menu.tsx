import { Ellipsis } from 'lucide-react'
import { useRef } from 'react'
import { IconButton } from '../components/icon-button.tsx'
import { LoadingSpace, lazyPart } from '../components/lazy-part.tsx'
import { Menu } from '../components/menu.tsx'
import { focusTabStop } from '../components/use-focus-return.ts'
import { messages } from '../messages/messages.ts'
import type { Page } from './use-page.ts'

const ListMenuItems = lazyPart(() => import('./list-menu-items.tsx'))

/** Actions on all pictures of the list: keep the search, collect them, export them. */
export function ListMenu({ page }: { page: Page }) {
  const isSelecting = useRef(false)
  if (page.lists.list.count === 0) return null
  const onSelect = () => {
    isSelecting.current = true
    page.lists.selection.begin()
  }
  return (
    <Menu
      align="end"
      onClosed={() => {
        // The bar of the selection takes the place of the button.
        if (isSelecting.current) focusTabStop()
        const isHandled = isSelecting.current
        isSelecting.current = false
        return isHandled
      }}
      trigger={
        <IconButton label={messages.gallery.listOptions} size="small">
          <Ellipsis />
        </IconButton>
      }
    >
      <ListMenuItems page={page} onSelect={onSelect} whileLoading={<LoadingSpace />} />
    </Menu>
  )
}
