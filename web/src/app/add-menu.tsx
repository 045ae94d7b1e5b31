import { Plus, Type, X } from 'lucide-react'
import { useRef } from 'react'
import { IconButton } from '../components/icon-button.tsx'
import { MenuItem, MenuSeparator } from '../components/menu.tsx'
import { messages } from '../messages/messages.ts'
import { passFocus } from '../query/pass-focus.ts'
import { PictureMenu } from '../query/picture-menu.tsx'
import type { LayoutProps } from './layout-props.ts'
import { clearSearch } from './page-query-bar.tsx'

/** Everything that can be added to the search, and the way to begin again. */
export function AddMenu({ page, onChoosePicture, wordsRef }: LayoutProps) {
  const { query } = messages
  const isWording = useRef(false)
  return (
    <PictureMenu
      onChoose={onChoosePicture}
      onPicture={page.picture.keep}
      trigger={
        <IconButton label={query.add}>
          <Plus />
        </IconButton>
      }
      onClosed={() => {
        if (!isWording.current) return false
        isWording.current = false
        wordsRef.current?.focus()
        return true
      }}
      before={
        page.words && (
          <MenuItem icon={<Type />} onSelect={() => (isWording.current = true)}>
            {page.hasWords ? query.addWords : query.names}
          </MenuItem>
        )
      }
      after={
        <>
          <MenuSeparator />
          <MenuItem
            icon={<X />}
            onSelect={() => {
              passFocus(wordsRef)
              clearSearch(page)
            }}
          >
            {query.clear}
          </MenuItem>
        </>
      }
    />
  )
}
