import { lazyPart } from '../components/lazy-part.tsx'
import type { Page } from './use-page.ts'

const ShownPlace = lazyPart(() => import('./shown-place.tsx'))

/** Whether the list is a collection, recent files only, or the files of one picture. */
export function hasPlace({ state }: Page): boolean {
  return state.collection !== undefined || state.isRecent || state.copiesOf !== undefined
}

/** Shows the collection in view with its actions, or that the list has only recent files or the files of one picture. */
export function PlaceChip({ page }: { page: Page }) {
  return hasPlace(page) && <ShownPlace page={page} />
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
