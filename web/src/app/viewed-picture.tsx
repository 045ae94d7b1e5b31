import { useEffect, useState } from 'react'
import type { Image } from '../api/client.ts'
import { useEnding } from '../components/use-ending.ts'
import { LargeView } from '../gallery/large-view.tsx'
import { messages } from '../messages/messages.ts'
import { insteadOf } from './instead-of.ts'
import { ALL } from './places.ts'
import { partsOf } from './query-parts.ts'
import { useMatch } from './use-match.ts'
import type { Page } from './use-page.ts'

/** The large view of a picture of the list. */
export default function ViewedPicture({ page, id }: { page: Page; id: string }) {
  const { control, change, lists, actions, mayEdit, search } = page
  const { list, viewed, trash } = lists
  const { openIndex } = viewed
  const [isMatchShown, setMatchShown] = useState(false)
  const match = useMatch(search.query, id, isMatchShown)
  const ending = useEnding(id)
  const other = insteadOf.get(id)
  const instead = trash.gone.has(id) && other !== undefined && !trash.gone.has(other) ? other : undefined
  useEffect(() => {
    if (instead !== undefined) change({ view: instead }, true)
  }, [instead, change])
  const moveToTrash = async (files: readonly Image[]) => {
    for (const file of files) insteadOf.delete(file.id)
    const signal = ending()
    const next = openIndex === undefined ? undefined : list.imageAt(openIndex + 1)
    if (!(await trash.move(files)) || signal.aborted) return
    if (next === undefined) control.closeView()
    else change({ view: next.id }, true)
  }
  return (
    <LargeView
      match={{
        shown: isMatchShown ? match.data : undefined,
        isShown: isMatchShown,
        isPending: isMatchShown && match.isFetching,
        error: isMatchShown ? match.error?.message : undefined,
        toggle: () => setMatchShown(!isMatchShown),
      }}
      id={id}
      list={list}
      index={openIndex}
      isSearch={search.hasResults}
      parts={scoresOf(page, openIndex)}
      onOpen={(image, index) => viewed.open(image, index, true)}
      onOpenOther={(image) => change({ view: image.id }, true)}
      onClose={control.closeView}
      onFindSimilar={actions.findSimilar}
      onAddTerms={(image, isWanted) => actions.addTerms([image], isWanted)}
      onRegion={actions.searchRegion}
      onNear={(latitude, longitude) =>
        change({ view: undefined, near: { latitude, longitude, kilometres: 10 }, terms: [], show: undefined })
      }
      onWords={page.hasWords ? actions.addWords : undefined}
      onFiles={({ id: shown }) => page.showFiles(shown)}
      onFolder={(image) => change({ ...ALL, view: undefined, directory: image.directory, terms: [] })}
      onCompare={page.compare}
      onCollect={(image) => page.collect([image])}
      onDelete={
        mayEdit ? (image) => page.withFiles('trash', [image], (files) => void moveToTrash(files)) : undefined
      }
    />
  )
}

/** How well a result matches each part of the search. */
function scoresOf({ search, lists }: Page, index: number | undefined) {
  const image = index === undefined ? undefined : lists.list.imageAt(index)
  if (!search.hasResults || image?.scores === undefined) return []
  const { query } = messages
  const names = partsOf(search.query).map(({ term }) => {
    if (term === undefined) return query.sketch
    if (term.kind === 'words') return term.id
    if (term.kind === 'colours') return query.colours
    if (!term.isWanted) return query.lessLike
    return term.region === undefined ? query.moreLike : query.region
  })
  return image.scores.map((score, n) => ({ name: names[n] ?? '', score }))
}
