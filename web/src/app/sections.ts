import type { Image, Month } from '../api/client.ts'
import { aspectOf, type Section } from '../gallery/grid-layout.ts'
import { begunList, type ImageList } from '../gallery/image-list.ts'
import { monthName, number } from '../messages/format.ts'
import { messages } from '../messages/messages.ts'
import { filterCount, type PageState } from '../state/address.ts'
import type { PageSearch } from './use-page-search.ts'
import type { ShownResult } from './use-search.ts'

/** The shape that is expected of pictures before any is loaded: that of most photographs. */
const USUAL_ASPECT = 1.4
/** Loaded pictures from which the mean shape of a list is taken. */
const SAMPLE_SIZE = 120

/**
 * The results as a list.
 * @returns with `closeCount`: how many of them are close; undefined if the server names no border
 */
export function resultsOf(
  search: ShownResult,
  isFurtherShown: boolean,
): { list: ImageList; closeCount: number | undefined } {
  const { data, isPending: isLoading, error, refetch: retry, wantAll, loadAll } = search
  const total = data?.total ?? 0
  const closeCount = data?.close?.total
  const count = closeCount !== undefined && !isFurtherShown ? Math.min(closeCount, total) : total
  const list = begunList(data?.images ?? [], count, {
    ...{ isLoading, error, retry, wantAll },
    loadAll: async () => (await loadAll()).images,
  })
  return { list, closeCount }
}

interface ResultOptions {
  search: Pick<PageSearch, 'query' | 'hasDrawing'>
  isFurtherShown: boolean
  setFurtherShown: (isShown: boolean) => void
}

/** Close matches, and those further away; one group if the server names no border. */
export function resultSections(
  count: number,
  closeCount: number | undefined,
  { search, isFurtherShown, setFurtherShown }: ResultOptions,
): Section[] {
  const { gallery } = messages
  if (closeCount === undefined) {
    return [
      {
        key: 'all',
        title: gallery.sorts[search.query.sort],
        detail: number(count),
        count,
        meanAspect: USUAL_ASPECT,
      },
    ]
  }
  const near = Math.min(closeCount, count)
  const toggle = {
    text: isFurtherShown ? gallery.hideFurther : gallery.showFurther,
    run: () => setFurtherShown(!isFurtherShown),
  }
  const groups: Omit<Section, 'meanAspect'>[] = [
    {
      key: `close ${isFurtherShown}`,
      title: gallery.closeMatches,
      detail: number(near),
      count: near,
      action: isFurtherShown ? undefined : toggle,
    },
    {
      key: 'further',
      title: near === 0 ? gallery.nothingClose(search.hasDrawing) : gallery.furtherAway,
      detail: number(count - near),
      count: count - near,
      action: toggle,
    },
  ]
  return groups.filter((group) => group.count > 0).map((group) => ({ ...group, meanAspect: USUAL_ASPECT }))
}

/**
 * The gallery by months, or as one group with the name of its folder where it is not ordered by date.
 * @param hidden pictures of the list that are about to be deleted
 */
export function gallerySections(
  list: ImageList,
  state: PageState,
  months: readonly Month[] | undefined,
  hidden: ReadonlyMap<string, Image>,
): Section[] {
  if (list.count === 0) return []
  const byMonth = months === undefined ? [] : monthSections(months, hidden, list.count)
  if (byMonth.length > 0) return byMonth
  const { gallery } = messages
  const name = state.directory?.split('/').at(-1) ?? (state.isRecent ? gallery.recent : undefined)
  return [
    {
      key: `list ${filterCount(state)}`,
      title: name ?? gallery.allPictures,
      detail: gallery.pictures(list.count),
      count: list.count,
      meanAspect: meanAspectOf(list),
    },
  ]
}

/** @returns none while the months belong to another state of the list */
function monthSections(
  months: readonly Month[],
  hidden: ReadonlyMap<string, Image>,
  total: number,
): Section[] {
  const gone = Map.groupBy(hidden.values(), monthOf)
  const left = months
    .map(({ month, count, mean_aspect }) => ({
      month,
      count: count - (gone.get(month)?.length ?? 0),
      meanAspect: mean_aspect,
    }))
    .filter(({ count }) => count > 0)
  if (left.reduce((sum, { count }) => sum + count, 0) !== total) return []
  return left.map(({ month, count, meanAspect }, n) => ({
    key: month,
    title: monthName(month),
    detail:
      n > 0
        ? number(count)
        : count < total
          ? messages.gallery.of(count, total)
          : messages.gallery.pictures(count),
    count,
    meanAspect: Math.max(0.62, Math.min(2.4, meanAspect)),
  }))
}

/** The date of a file counts on the local clock, as on the server. */
function monthOf({ captured_at, modified_at }: Image): string {
  // Swedish dates are ISO 8601.
  return (captured_at ?? new Date(modified_at).toLocaleDateString('sv')).slice(0, 7)
}

/** Rounded, so that the layout does not begin again with each part that is loaded. */
function meanAspectOf(list: ImageList): number {
  let [sum, count] = [0, 0]
  for (let index = 0; index < SAMPLE_SIZE; index++) {
    const image = list.imageAt(index)
    if (image === undefined) break
    sum += aspectOf(image)
    count++
  }
  return count === 0 ? USUAL_ASPECT : Math.round((sum / count) * 5) / 5
}
