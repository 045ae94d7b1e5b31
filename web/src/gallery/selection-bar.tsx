import { CheckCheck, Columns2, Ellipsis, FolderMinus, FolderPlus, Minus, Plus, Trash2, X } from 'lucide-react'
import { useEffect } from 'react'
import type { Image } from '../api/client.ts'
import { BarButton } from '../components/bar-button.tsx'
import { IconButton } from '../components/icon-button.tsx'
import { isCovered } from '../components/is-covered.ts'
import { isTyping } from '../components/is-typing.ts'
import { Menu, MenuItem } from '../components/menu.tsx'
import { passFocusAtEnd } from '../components/pass-focus-at-end.ts'
import { messages } from '../messages/messages.ts'
import { viewMessages } from '../messages/view-messages.ts'
import type { WithSource } from './export-items.tsx'
import { ExportMenu } from './export-menu.tsx'
import { fileCount } from './folded-files.ts'

interface SelectionBarProps {
  images: readonly Image[]
  /** Number of images in the list. */
  total: number
  onAddTerms: (isWanted: boolean) => void
  onSelectAll: () => void
  onCollect: () => void
  /** undefined unless a collection is shown that the user may change. */
  onRemove: (() => void) | undefined
  onCompare: () => void
  /** Calls what is given with what is exported. */
  withSource: WithSource
  /** undefined for users who may not. */
  onDelete: (() => void) | undefined
  onClear: () => void
}

/** Takes the place of the results head while pictures are selected. */
export function SelectionBar(props: SelectionBarProps) {
  const { images, total, onSelectAll, onClear } = props
  const { selection } = messages
  // Wherever the focus is: after a dialog it is on the button that opened it.
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== 'Escape' || event.defaultPrevented || isTyping(event) || isCovered()) return
      event.preventDefault()
      onClear()
    }
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  }, [onClear])
  return (
    <section
      ref={passFocusAtEnd}
      aria-label={selection.bar}
      className="@container flex h-14 shrink-0 items-center gap-1 overflow-x-auto bg-bar px-3 text-on-bar"
    >
      <IconButton label={selection.clear} keys="Esc" onClick={onClear} variant="on bar">
        <X />
      </IconButton>
      <SelectedCount images={images} />
      {images.length > 0 ? (
        <Actions {...props} />
      ) : (
        <>
          <span className="flex-1" />
          <BarButton label={selection.all(total)} icon={<CheckCheck />} text="always" onClick={onSelectAll} />
        </>
      )}
    </section>
  )
}

/** Actions on the selected pictures. */
function Actions({
  images,
  total,
  onAddTerms,
  onSelectAll,
  onCollect,
  onRemove,
  onCompare,
  withSource,
  onDelete,
}: SelectionBarProps) {
  const { selection, collections } = messages
  const { compare } = viewMessages
  const count = images.length
  return (
    <>
      <BarButton label={collections.addTo} icon={<FolderPlus />} onClick={onCollect} />
      {onRemove && (
        <BarButton label={collections.removeFrom} icon={<FolderMinus />} text="wide" onClick={onRemove} />
      )}
      <span className="contents @max-md:hidden">
        <BarButton label={selection.more} icon={<Plus />} text="wide" onClick={() => onAddTerms(true)} />
        <BarButton label={selection.less} icon={<Minus />} text="wide" onClick={() => onAddTerms(false)} />
        <BarButton label={compare.action} icon={<Columns2 />} text="wide" onClick={onCompare} />
      </span>
      <ExportMenu images={images} withSource={withSource} />
      <span className="flex-1" />
      {count < total && (
        <span className="contents @max-md:hidden">
          <BarButton label={selection.all(total)} icon={<CheckCheck />} text="wide" onClick={onSelectAll} />
        </span>
      )}
      <span className="hidden @max-md:contents">
        <Menu trigger={<BarButton label={messages.viewer.moreActions} icon={<Ellipsis />} />}>
          <MenuItem icon={<Plus />} onSelect={() => onAddTerms(true)}>
            {selection.more}
          </MenuItem>
          <MenuItem icon={<Minus />} onSelect={() => onAddTerms(false)}>
            {selection.less}
          </MenuItem>
          <MenuItem icon={<Columns2 />} onSelect={onCompare}>
            {compare.action}
          </MenuItem>
          {count < total && (
            <MenuItem icon={<CheckCheck />} onSelect={onSelectAll}>
              {selection.all(total)}
            </MenuItem>
          )}
        </Menu>
      </span>
      {onDelete && <BarButton label={selection.trash} icon={<Trash2 />} onClick={onDelete} isDanger />}
    </>
  )
}

/** Number of selected tiles, and of the files that they stand for. */
function SelectedCount({ images }: Pick<SelectionBarProps, 'images'>) {
  const files = fileCount(images)
  const count = messages.selection.count(images.length)
  return (
    <p role="status" className="pr-3 font-semibold whitespace-nowrap @max-md:pr-0">
      {files > images.length ? `${count} · ${viewMessages.folded.selected(files)}` : count}
    </p>
  )
}
