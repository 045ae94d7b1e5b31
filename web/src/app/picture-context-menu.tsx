import {
  Copy,
  Crop,
  Download,
  Folder,
  FolderOpen,
  FolderPlus,
  Layers,
  Link,
  Maximize2,
  Minus,
  Plus,
  ScanSearch,
  SquareCheck,
  Star,
  Trash2,
} from 'lucide-react'
import type { Image } from '../api/client.ts'
import { ContextMenu } from '../components/context-menu.tsx'
import { downloadUrl } from '../components/download.ts'
import { MenuItem, MenuSeparator } from '../components/menu.tsx'
import { useCopy } from '../gallery/use-copy.ts'
import { useReveal } from '../gallery/use-reveal.ts'
import { useStar } from '../gallery/use-star.ts'
import { messages } from '../messages/messages.ts'
import { viewMessages } from '../messages/view-messages.ts'
import { ALL } from './places.ts'
import type { Page } from './use-page.ts'

/** The picture for which the menu was opened, its place in the list, and where in the window. */
export interface MenuTarget {
  image: Image
  index: number
  at: { x: number; y: number }
}

interface PictureContextMenuProps {
  page: Page
  target: MenuTarget
  onClose: () => void
}

/** Everything that can be done with one picture of the list. */
export function PictureContextMenu({ page, target, onClose }: PictureContextMenuProps) {
  const { image, index, at } = target
  const { actions, lists, mayEdit } = page
  const { gallery, viewer } = messages
  const star = useStar()
  const { selection, viewed, trash } = lists
  const isSelected = selection.ids.has(image.id)
  return (
    <ContextMenu
      label={image.user_visible_name}
      at={at}
      onClose={onClose}
      onReturnFocus={() => {
        const tileWith = (attribute: string) => document.querySelector<HTMLElement>(`[data-${attribute}]`)
        // Files that came or went meanwhile have moved the picture; another one has the place of a deleted picture.
        const tile = tileWith(`path="${CSS.escape(image.path)}"`) ?? tileWith(`index="${index}"`)
        tile?.focus({ preventScroll: true })
      }}
    >
      <MenuItem
        icon={<Maximize2 />}
        hint={messages.shortcuts.enter}
        onSelect={() => viewed.open(image, index)}
      >
        {gallery.open}
      </MenuItem>
      <MenuItem icon={<ScanSearch />} hint="S" onSelect={() => actions.findSimilar(image)}>
        {gallery.findSimilar}
      </MenuItem>
      <MenuItem icon={<Plus />} hint="M" onSelect={() => actions.addTerms([image], true)}>
        {viewer.moreLikeThis}
      </MenuItem>
      <MenuItem icon={<Minus />} hint="N" onSelect={() => actions.addTerms([image], false)}>
        {viewer.lessLikeThis}
      </MenuItem>
      <MenuItem icon={<Crop />} hint="R" onSelect={() => actions.searchRegion(image)}>
        {viewer.searchRegion}
      </MenuItem>
      <MenuSeparator />
      <MenuItem
        icon={<SquareCheck />}
        hint={messages.shortcuts.space}
        onSelect={() => selection.toggle(image, index)}
      >
        {isSelected ? gallery.deselectMenu : gallery.selectMenu}
      </MenuItem>
      <MenuItem icon={<FolderPlus />} onSelect={() => page.collect([image])}>
        {messages.collections.addTo}
      </MenuItem>
      <MenuItem icon={<Star />} onSelect={() => void star(image)}>
        {image.starred === true ? messages.collections.unstar : messages.collections.star}
      </MenuItem>
      {image.copies ? (
        <MenuItem icon={<Layers />} onSelect={() => page.showFiles(image.id)}>
          {gallery.showFiles(image.copies + 1)}
        </MenuItem>
      ) : null}
      <FileItems page={page} image={image} />
      {mayEdit && (
        <>
          <MenuSeparator />
          <MenuItem
            icon={<Trash2 />}
            hint={messages.shortcuts.delete}
            isDanger
            onSelect={() => page.withFiles('trash', [image], (files) => void trash.move(files))}
          >
            {viewer.trash}
          </MenuItem>
        </>
      )}
    </ContextMenu>
  )
}

/** Where the file is, and how to get it. */
function FileItems({ page, image }: { page: Page; image: Image }) {
  const { gallery, viewer } = messages
  const { change } = page
  const { copyPath, copyLink } = useCopy()
  const { copying } = viewMessages
  const reveal = useReveal()
  return (
    <>
      <MenuItem icon={<Folder />} onSelect={() => change({ ...ALL, directory: image.directory, terms: [] })}>
        {gallery.showInFolder}
      </MenuItem>
      <MenuItem icon={<Download />} onSelect={() => downloadUrl(image.view_url, image.user_visible_name)}>
        {viewer.download}
      </MenuItem>
      <MenuItem icon={<Copy />} onSelect={() => void copyPath(image)}>
        {copying.path}
      </MenuItem>
      <MenuItem icon={<Link />} onSelect={() => void copyLink(image)}>
        {copying.link}
      </MenuItem>
      {page.canReveal && (
        <MenuItem icon={<FolderOpen />} onSelect={() => void reveal(image)}>
          {gallery.reveal}
        </MenuItem>
      )}
    </>
  )
}
