import { Bookmark, Plus, Search } from 'lucide-react'
import { useState } from 'react'
import type { Collection } from '../api/collections.ts'
import { IconButton } from '../components/icon-button.tsx'
import { number } from '../messages/format.ts'
import { messages } from '../messages/messages.ts'
import { DRAGGED_IMAGE } from './picture-tile.tsx'
import { useCollectionChanges, useCollections } from './use-collections.ts'

interface CollectionListProps {
  current: string | undefined
  onChoose: (id: string) => void
  onNew: () => void
  /** Calls what is given with the files that are meant if a picture is dropped. */
  withDropped: (id: string, act: (ids: readonly string[]) => void) => void
}

/** The collections of the library; pictures can be dragged onto them. */
export function CollectionList({ current, onChoose, onNew, withDropped }: CollectionListProps) {
  const collections = useCollections()
  const { collections: words } = messages
  const changes = useCollectionChanges(onChoose)
  return (
    <section aria-label={words.title}>
      <h2 className="flex items-center justify-between pt-3 pr-1 pl-2.5 font-medium text-12 text-ink-2">
        {words.title}
        <IconButton label={words.new} onClick={onNew} size="tiny">
          <Plus />
        </IconButton>
      </h2>
      {collections.length === 0 && <p className="px-2.5 text-13 text-ink-2">{words.none}</p>}
      <ul className="m-0 list-none p-0">
        {collections.map((collection) => (
          <Row
            key={collection.id}
            collection={collection}
            isCurrent={collection.id === current}
            onChoose={() => onChoose(collection.id)}
            onDrop={(id) => withDropped(id, (ids) => void changes.add(collection, ids))}
          />
        ))}
      </ul>
    </section>
  )
}

interface RowProps {
  collection: Collection
  isCurrent: boolean
  onChoose: () => void
  onDrop: (id: string) => void
}

function Row({ collection, isCurrent, onChoose, onDrop }: RowProps) {
  const [isOver, setOver] = useState(false)
  const { name, kind, can_edit, image_count } = collection
  const isTarget = kind === 'images' && can_edit
  return (
    <li>
      <button
        type="button"
        aria-current={isCurrent ? 'true' : undefined}
        onClick={onChoose}
        onDragOver={(event) => {
          if (!isTarget || !event.dataTransfer.types.includes(DRAGGED_IMAGE)) return
          event.preventDefault()
          event.stopPropagation()
          setOver(true)
        }}
        onDragLeave={() => setOver(false)}
        onDrop={(event) => {
          setOver(false)
          const id = event.dataTransfer.getData(DRAGGED_IMAGE)
          if (id === '' || !isTarget) return
          event.preventDefault()
          onDrop(id)
        }}
        className={`flex h-9 w-full items-center gap-2.5 rounded-control px-2.5 text-left coarse:h-11 [&_svg]:size-4.5 [&_svg]:text-ink-2 ${isOver ? 'bg-accent-soft outline-2 outline-accent' : isCurrent ? 'bg-sunken font-medium' : 'hover:bg-sunken'}`}
      >
        {kind === 'search' ? <Search /> : <Bookmark />}
        <span className="min-w-0 flex-1 truncate">{name}</span>
        {image_count !== null && (
          <span className="text-12 text-ink-2 tabular-nums">{number(image_count)}</span>
        )}
      </button>
    </li>
  )
}
