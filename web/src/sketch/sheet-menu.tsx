import { Ellipsis } from 'lucide-react'
import { IconButton } from '../components/icon-button.tsx'
import { LoadingSpace, lazyPart } from '../components/lazy-part.tsx'
import { Menu } from '../components/menu.tsx'
import { messages } from '../messages/messages.ts'
import type { SheetMenuProps } from './sheet-menu-items.tsx'

const SheetMenuItems = lazyPart(() => import('./sheet-menu-items.tsx'))

/** The button of the sheet's menu, whose content is loaded when it opens. */
export function SheetMenu(props: SheetMenuProps) {
  return (
    <Menu
      align="end"
      trigger={
        <IconButton label={messages.sheet.more} size={props.size}>
          <Ellipsis />
        </IconButton>
      }
    >
      <SheetMenuItems {...props} whileLoading={<LoadingSpace />} />
    </Menu>
  )
}
