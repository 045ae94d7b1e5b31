import { LargeView } from '../gallery/large-view.tsx'
import type { Page } from './use-page.ts'

/** The large view of a picture of the list. */
export default function ViewedPicture({ page, id }: { page: Page; id: string }) {
  const { control, change, lists, actions, mayEdit, search } = page
  const { list, viewed, deletion } = lists
  const { openIndex } = viewed
  return (
    <LargeView
      id={id}
      list={list}
      index={openIndex}
      isSearch={search.hasResults}
      parts={[]}
      onOpen={(image, index) => viewed.open(image, index, true)}
      onOpenOther={(image) => change({ view: image.id }, true)}
      onClose={control.closeView}
      onFindSimilar={actions.findSimilar}
      onAddTerms={(image, isWanted) => actions.addTerms([image], isWanted)}
      onRegion={actions.searchRegion}
      onFolder={(image) =>
        change({ view: undefined, directory: image.directory, terms: [], show: undefined })
      }
      onDelete={
        mayEdit
          ? (image) => {
              const next = openIndex === undefined ? undefined : list.imageAt(openIndex + 1)
              deletion.request([image])
              if (next === undefined) control.closeView()
              else change({ view: next.id }, true)
            }
          : undefined
      }
    />
  )
}
