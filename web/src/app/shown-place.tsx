import { Clock, Layers } from 'lucide-react'
import { FilterChip } from '../components/filter-chip.tsx'
import { passFocusAtEnd } from '../components/pass-focus-at-end.ts'
import { CollectionChip } from '../gallery/collection-chip.tsx'
import { messages } from '../messages/messages.ts'
import type { Page } from './use-page.ts'

/** The collection in view with its actions, or a chip for recent files or the files of one picture. */
export default function ShownPlace({ page }: { page: Page }) {
  return (
    <span ref={passFocusAtEnd} className="contents">
      <Place page={page} />
    </span>
  )
}

function Place({ page }: { page: Page }) {
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
  const [icon, text, part] =
    state.copiesOf === undefined
      ? [<Clock key="recent" />, messages.gallery.recent, { isRecent: false }]
      : [<Layers key="files" />, messages.gallery.filesApart, { copiesOf: undefined }]
  const onClear = () => change(part)
  return <FilterChip icon={icon} text={text} onClear={onClear} onClick={onClear} />
}
