import { Ellipsis } from 'lucide-react'
import { IconButton } from '../components/icon-button.tsx'
import { LoadingSpace, lazyPart } from '../components/lazy-part.tsx'
import { Menu } from '../components/menu.tsx'
import { messages } from '../messages/messages.ts'
import type { Page } from './use-page.ts'

const ListMenuItems = lazyPart(() => import('./list-menu-items.tsx'))

/** Actions on all pictures of the list: keep the search, collect them, export them. */
export function ListMenu({ page }: { page: Page }) {
  if (page.lists.list.count === 0) return null
  return (
    <Menu
      align="end"
      trigger={
        <IconButton label={messages.gallery.listOptions} size="small">
          <Ellipsis />
        </IconButton>
      }
    >
      <ListMenuItems page={page} whileLoading={<LoadingSpace />} />
    </Menu>
  )
}
