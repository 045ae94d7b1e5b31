import { Clock, Layers } from 'lucide-react'
import { FilterChip } from '../components/filter-chip.tsx'
import { lazyPart } from '../components/lazy-part.tsx'
import { messages } from '../messages/messages.ts'
import type { Page } from './use-page.ts'

const CollectionChip = lazyPart(async () => ({
  default: (await import('../gallery/collection-chip.tsx')).CollectionChip,
}))

/** Whether the list is a collection, recent files only, or the files of one picture. */
export function hasPlace({ state }: Page): boolean {
  return state.collection !== undefined || state.isRecent || state.copiesOf !== undefined
}

/** Shows the collection in view with its actions, or that the list has only recent files or the files of one picture. */
export function PlaceChip({ page }: { page: Page }) {
  const { state, change, setTask } = page
  if (state.collection !== undefined)
    return (
      <CollectionChip
        id={state.collection}
        onOpen={page.openCollection}
        onLeave={page.leaveCollection}
        onRename={(id, name) => setTask({ kind: 'rename', id, name })}
      />
    )
  if (state.copiesOf !== undefined) {
    const onClear = () => change({ copiesOf: undefined })
    return (
      <FilterChip icon={<Layers />} text={messages.gallery.filesApart} onClear={onClear} onClick={onClear} />
    )
  }
  if (!state.isRecent) return null
  const onClear = () => change({ isRecent: false })
  return <FilterChip icon={<Clock />} text={messages.gallery.recent} onClear={onClear} onClick={onClear} />
}

/** The collection or other place in view, on a line of its own. */
export function PlaceRow({ page }: { page: Page }) {
  if (!hasPlace(page)) return null
  return (
    <div className="flex w-full min-w-0 shrink-0 items-center px-1">
      <PlaceChip page={page} />
    </div>
  )
}
