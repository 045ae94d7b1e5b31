import CompareView from '../gallery/compare-view.tsx'
import type { Page } from './use-page.ts'

/** The pictures that are compared, over the list. */
export default function ComparedPictures({ page }: { page: Page }) {
  const { state, change, control, lists, search, mayEdit } = page
  const scores = new Map([...lists.list.loaded()].map(([, { id, score }]) => [id, score]))
  return (
    <CompareView
      ids={state.compare}
      isSearch={search.hasResults}
      scoreOf={(id) => scores.get(id)}
      onClose={control.closeView}
      onTrash={
        mayEdit
          ? (image) => {
              lists.trash.move([image])
              const left = state.compare.filter((id) => id !== image.id)
              if (left.length < 2) control.closeView()
              else change({ compare: left }, true)
            }
          : undefined
      }
    />
  )
}
