import { Camera, ClipboardPaste, FileImage, ImagePlus } from 'lucide-react'
import { type ReactNode, useRef } from 'react'
import { Button } from '../components/button.tsx'
import { Menu, MenuItem } from '../components/menu.tsx'
import type { MenuProps, MenuTrigger } from '../components/menu-parts.ts'
import { useToast } from '../components/toast.tsx'
import { messages } from '../messages/messages.ts'

interface PictureMenuProps {
  /** The button that opens it; the one of the query bar by default. */
  trigger?: MenuTrigger
  /** Opens the dialog for files. */
  onChoose: () => void
  onPicture: (picture: Blob) => void
  /** Items above and below those of pictures. */
  before?: ReactNode
  after?: ReactNode
  onClosed?: MenuProps['onClosed']
}

/** Where a picture to search with comes from. */
export function PictureMenu({ trigger, onChoose, onPicture, before, after, onClosed }: PictureMenuProps) {
  const { query } = messages
  const toast = useToast()
  const camera = useRef<HTMLInputElement>(null)
  const paste = async () => {
    const picture = await pictureOfClipboard()
    if (picture === undefined) toast.show({ text: query.pasteNothing })
    else onPicture(picture)
  }
  return (
    <>
      <Menu
        align="end"
        onClosed={onClosed}
        trigger={
          trigger ?? (
            <Button variant="ghost" size="small" icon={<ImagePlus />} aria-label={query.picture}>
              <span className="group-data-parts/bar:@max-lg:hidden phone:hidden">{query.picture}</span>
            </Button>
          )
        }
      >
        {before}
        <MenuItem icon={<FileImage />} onSelect={onChoose}>
          {query.chooseFile}
        </MenuItem>
        <MenuItem icon={<ClipboardPaste />} hint={messages.shortcuts.paste} onSelect={() => void paste()}>
          {query.paste}
        </MenuItem>
        {matchMedia('(pointer: coarse)').matches && (
          <MenuItem icon={<Camera />} onSelect={() => camera.current?.click()}>
            {query.takePhoto}
          </MenuItem>
        )}
        {after}
      </Menu>
      <input
        ref={camera}
        type="file"
        accept="image/*"
        capture="environment"
        hidden
        aria-label={query.takePhoto}
        onChange={({ target }) => {
          const [file] = target.files ?? []
          if (file !== undefined) onPicture(file)
          target.value = ''
        }}
      />
    </>
  )
}

/** @returns undefined if there is no picture, or if the browser does not allow reading it */
async function pictureOfClipboard(): Promise<Blob | undefined> {
  try {
    for (const item of await navigator.clipboard.read()) {
      const type = item.types.find((name) => name.startsWith('image/'))
      if (type !== undefined) return await item.getType(type)
    }
  } catch {
    // If there is no picture, a toast reports it; the keys for pasting always work.
  }
  return undefined
}
