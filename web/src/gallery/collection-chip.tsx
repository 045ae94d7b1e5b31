import { Bookmark, Ellipsis, Pencil, Trash2, Users } from 'lucide-react'
import { useState } from 'react'
import { Button } from '../components/button.tsx'
import { Dialog } from '../components/dialog.tsx'
import { FilterChip } from '../components/filter-chip.tsx'
import { IconButton } from '../components/icon-button.tsx'
import { Menu, MenuItem } from '../components/menu.tsx'
import { messages } from '../messages/messages.ts'
import { useCollection, useCollectionChanges } from './use-collections.ts'

interface CollectionChipProps {
  id: string
  onOpen: (id: string) => void
  onLeave: (id: string) => void
  onRename: (id: string, name: string) => void
}

/** The visible collection with its actions. */
export function CollectionChip({ id, onOpen, onLeave, onRename }: CollectionChipProps) {
  const collection = useCollection(id)
  const { collections: words } = messages
  const changes = useCollectionChanges(onOpen)
  const [isAsked, setAsked] = useState(false)
  if (collection === undefined) return null
  if (collection === null)
    return <FilterChip icon={<Bookmark />} text={words.deleted} onClear={() => onLeave(id)} />
  const { name, shared, can_manage, can_share } = collection
  return (
    <span className="flex shrink-0 items-center">
      <FilterChip
        icon={<Bookmark />}
        text={name}
        onClear={() => onLeave(id)}
        aria-label={`${words.title}: ${name}`}
        className="max-w-56"
      />
      {can_manage && (
        <Menu
          trigger={
            <IconButton label={words.options(name)} size="small">
              <Ellipsis />
            </IconButton>
          }
        >
          <MenuItem icon={<Pencil />} onSelect={() => onRename(id, name)}>
            {words.titles.rename}
          </MenuItem>
          {can_share && (
            <MenuItem icon={<Users />} onSelect={() => void changes.change(id, { shared: !shared })}>
              {shared ? words.unshare : words.share}
            </MenuItem>
          )}
          <MenuItem icon={<Trash2 />} isDanger onSelect={() => setAsked(true)}>
            {words.delete}
          </MenuItem>
        </Menu>
      )}
      <Dialog
        title={words.question(name)}
        isOpen={isAsked}
        onClose={() => setAsked(false)}
        actions={
          <>
            <Button onClick={() => setAsked(false)}>{messages.app.cancel}</Button>
            <Button
              variant="danger-primary"
              onClick={() => {
                setAsked(false)
                void changes.delete(id).then((isDone) => isDone && onLeave(id))
              }}
            >
              {words.delete}
            </Button>
          </>
        }
      >
        <p className="text-ink-2">{words.warning}</p>
      </Dialog>
    </span>
  )
}
