import type { Image } from '../api/client.ts'
import { useEnding } from '../components/use-ending.ts'
import CompareView from '../gallery/compare-view.tsx'
import { insteadOf } from './instead-of.ts'
import type { Page } from './use-page.ts'

/** The pictures that are compared, over the list. */
export default function ComparedPictures({ page }: { page: Page }) {
  const { state, change, control, lists, search, mayEdit } = page
  const scores = new Map([...lists.list.loaded()].map(([, { id, score }]) => [id, score]))
  const ending = useEnding(state.compare.join())
  const moveToTrash = async (image: Image) => {
    const signal = ending()
    if (!(await lists.trash.move([image])) || signal.aborted) return
    const left = state.compare.filter((id) => id !== image.id)
    if (left.length > 1) return change({ compare: left }, true)
    // The step before may be the large view of the picture that is gone.
    if (left[0] !== undefined) insteadOf.set(image.id, left[0])
    control.closeView()
  }
  return (
    <CompareView
      ids={state.compare}
      isSearch={search.hasResults}
      scoreOf={(id) => scores.get(id)}
      onClose={control.closeView}
      onTrash={mayEdit ? (image) => void moveToTrash(image) : undefined}
    />
  )
}
