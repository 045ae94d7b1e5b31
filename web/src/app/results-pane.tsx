import { useEffect, useState } from 'react'
import { lazyPart } from '../components/lazy-part.tsx'
import { useDelayedTrue } from '../components/use-delayed-true.ts'
import { useMeasures } from '../components/use-layout.ts'
import type { Section } from '../gallery/grid-layout.ts'
import { PictureGrid } from '../gallery/picture-grid.tsx'
import { ResultsHead, ROW_SCALES } from '../gallery/results-head.tsx'
import { useCollectionChanges, useCollections } from '../gallery/use-collections.ts'
import { useStoredNumber } from '../state/settings.ts'
import { Notices } from '../status/notices.tsx'
import { ListMenu } from './list-menu.tsx'
import { ListProblem } from './list-problem.tsx'
import type { MenuTarget } from './picture-context-menu.tsx'
import { hasPlace, PlaceChip } from './place-chip.tsx'
import { ResultsStatus } from './results-status.tsx'
import type { Page } from './use-page.ts'

const SelectionBar = lazyPart(async () => ({
  default: (await import('../gallery/selection-bar.tsx')).SelectionBar,
}))
const NoPictures = lazyPart(async () => ({ default: (await import('./no-pictures.tsx')).NoPictures }))
const PictureContextMenu = lazyPart(async () => ({
  default: (await import('./picture-context-menu.tsx')).PictureContextMenu,
}))

export interface ResultsPaneProps {
  page: Page
  areScoresShown: boolean
  /** undefined for users who may not add files. */
  onAddFiles: (() => void) | undefined
  onDraw: () => void
  onChoosePicture: () => void
  /** Whether the head with filters is part of the pane; a phone has its own. */
  hasHead?: boolean
  /** Classes that place the bar of a selection over something of its height, so that it does not move the pictures. */
  barClassName?: string
  /** Whether the title of the first group is shown outside of the pane. */
  isTitleOutside?: boolean
}

/** The collection in view if pictures can be removed from it. */
function useOpenCollection({ state, openCollection }: Page) {
  const { remove } = useCollectionChanges(openCollection)
  const one = useCollections().find(({ id }) => id === state.collection)
  return { collection: one?.kind === 'images' && one.can_edit ? one.id : undefined, remove }
}

/** The results of a search, or the gallery while nothing is searched. */
export function ResultsPane({ hasHead = true, barClassName = '', ...props }: ResultsPaneProps) {
  const { page } = props
  const { lists, search, state, change, mayEdit, actions } = page
  const { selection, trash } = lists
  const [scale, setScale] = useStoredNumber('row-scale', ROW_SCALES.initial)
  const selected = [...selection.images.values()]
  const { collection, remove: removeFrom } = useOpenCollection(page)
  const isBusy = useDelayedTrue(!lists.isCurrent && lists.list.error === null)
  return (
    <div className="relative flex h-full min-w-0 flex-col">
      {isBusy && (
        <span
          aria-hidden="true"
          className="absolute inset-x-0 top-0 z-10 h-0.5 animate-pulse-soft bg-accent"
        />
      )}
      {selection.isOn ? (
        <div className={barClassName}>
          <SelectionBar
            whileLoading={<div className="h-14 shrink-0 bg-bar" />}
            images={selected}
            onCollect={() => page.collect(selected)}
            onRemove={
              collection === undefined
                ? undefined
                : () => {
                    const { ids } = selection
                    // Pictures that were selected meanwhile stay so.
                    void removeFrom(collection, [...ids]).then((isDone) => isDone && selection.drop(ids))
                  }
            }
            onCompare={() => page.compare(selected)}
            withSource={(act) =>
              page.withFiles('export', selected, (files) => act({ image_ids: files.map(({ id }) => id) }))
            }
            total={lists.list.count}
            onAddTerms={(isWanted) => actions.addTerms(selected, isWanted)}
            onSelectAll={selection.selectAll}
            onDelete={
              mayEdit ? () => page.withFiles('trash', selected, (files) => void trash.move(files)) : undefined
            }
            onClear={selection.clear}
          />
        </div>
      ) : (
        hasHead && (
          <ResultsHead
            state={state}
            change={change}
            isSearch={search.hasResults}
            place={<PlaceChip page={page} />}
            hasPlace={hasPlace(page)}
            onSaveSearch={
              search.isActive ? () => page.setTask({ kind: 'search', search: search.saved! }) : undefined
            }
            canSaveSearch={search.saved !== undefined}
            menu={<ListMenu page={page} />}
            scale={scale}
            onScale={setScale}
          />
        )
      )}
      <Notices events={lists.events} />
      <ResultsStatus page={page} />
      <div className="min-h-0 flex-1" aria-busy={isBusy} data-state={lists.isCurrent ? 'current' : 'loading'}>
        <Pictures {...props} scale={scale / 100} />
      </div>
    </div>
  )
}

function Pictures(props: ResultsPaneProps & { scale: number }) {
  const { page, scale, areScoresShown } = props
  const { lists, actions, mayEdit } = page
  const { list, selection, viewed, trash, setAtTop } = lists
  const measures = useMeasures()
  const [menu, setMenu] = useState<MenuTarget>()
  const hasFailed = list.error !== null && list.count === 0
  const isEmpty = page.search.isOnlyUnwanted || (!list.isLoading && list.count === 0)
  const hasGrid = !hasFailed && !isEmpty
  // Nothing has to keep its place while there is no grid to report it.
  useEffect(() => {
    if (!hasGrid) setAtTop(true)
  }, [hasGrid, setAtTop])
  if (hasFailed) return <ListProblem page={page} error={list.error!} />
  if (isEmpty) return <NoPictures {...props} />
  const grid = (
    <PictureGrid
      sections={props.isTitleOutside ? withoutTitle(lists.sections) : lists.sections}
      count={list.count}
      imageAt={list.imageAt}
      onRange={list.onRange}
      rowHeight={Math.round(measures.rowHeight * scale)}
      gap={measures.gap}
      selected={selection.ids}
      isSelecting={selection.isOn}
      unwanted={unwantedOf(page)}
      areScoresShown={areScoresShown}
      returnTo={viewed.returnTo}
      onReturned={viewed.onReturned}
      onTop={setAtTop}
      resetKey={lists.resetKey}
      isOfBefore={!lists.isCurrent}
      onOpen={viewed.open}
      onToggle={(image, index, isRange) =>
        isRange ? selection.extendTo(image, index) : selection.toggle(image, index)
      }
      onSelectAll={selection.selectAll}
      onClearSelection={selection.clear}
      onAddTerms={(image, isWanted) => actions.addTerms([image], isWanted)}
      onFindSimilar={actions.findSimilar}
      onRegion={actions.searchRegion}
      onFiles={({ id }) => page.showFiles(id)}
      onCollect={(image) =>
        page.collect(selection.ids.has(image.id) ? [...selection.images.values()] : [image])
      }
      onMenu={(image, index, at) => setMenu({ image, index, at })}
      isTimeline={lists.isByMonth}
      onDelete={
        mayEdit
          ? (image) => {
              // A picture that is not selected is deleted alone: the selected ones may be out of sight.
              const isAlone = image !== undefined && !selection.ids.has(image.id)
              const chosen = isAlone ? [image] : [...selection.images.values()]
              page.withFiles('trash', chosen, (files) => void trash.move(files))
            }
          : undefined
      }
    />
  )
  return (
    <>
      {grid}
      {menu && (
        <PictureContextMenu
          page={page}
          target={menu}
          onClose={() => setMenu(undefined)}
          onMissing={() => setMenu(undefined)}
        />
      )}
    </>
  )
}

function withoutTitle([first, ...others]: readonly Section[]): Section[] {
  return first === undefined ? [] : [{ ...first, isHeadless: true }, ...others]
}

function unwantedOf({ state }: Page): ReadonlySet<string> {
  return new Set(
    state.terms.filter(({ kind, isWanted }) => kind === 'image' && !isWanted).map(({ id }) => id),
  )
}
