import { CollectionChip } from '../gallery/collection-chip.tsx'
import type { Page } from './use-page.ts'

/** The collection in view, if there is one, with what can be done with it. */
export function OpenCollection({ page }: { page: Page }) {
  const { collection } = page.state
  if (collection === undefined) return null
  return (
    <CollectionChip
      id={collection}
      onOpen={page.openCollection}
      onRename={(id, name) => page.setTask({ kind: 'rename', id, name })}
    />
  )
}
