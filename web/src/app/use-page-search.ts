import { useMemo } from 'react'
import type { Trash } from '../gallery/use-trash.ts'
import { filtersOf } from '../state/address.ts'
import type { PageControl } from '../state/page-state.ts'
import type { QueryTerm } from '../state/query-terms.ts'
import { savedSearch } from './query-parts.ts'
import { isSearching, useSearch } from './use-search.ts'
import type { useSheet } from './use-sheet.ts'

export type PageSearch = ReturnType<typeof usePageSearch>

/**
 * @param words words that are being typed
 * @param gone ids of deleted pictures: they are no parts of the request any more
 */
export function usePageSearch(
  state: PageControl['state'],
  sheet: ReturnType<typeof useSheet>,
  words: QueryTerm | undefined,
  gone: Trash['gone'],
) {
  const filters = useMemo(() => filtersOf(state), [state])
  const typed = words === undefined ? [] : [words]
  const terms = [...sheet.terms, ...typed].filter(({ kind, id }) => kind !== 'image' || !gone.has(id))
  const query = { sketch: sheet.live, sketchWeight: sheet.weight, terms, filters, sort: state.resultSort }
  const others = state.terms.filter(({ kind }) => kind !== 'sketch')
  const isChanging = sheet.live !== sheet.sketch || sheet.liveRegion !== undefined
  const { result, isCurrent } = useSearch(query, isChanging)
  const isActive = isSearching(query)
  return {
    query,
    /** The search as a collection keeps it; undefined before the drawing with its last stroke has an address. */
    saved: isActive ? savedSearch(query, sheet.isNamed ? sheet.sketchTerm : undefined) : undefined,
    filters,
    result,
    isCurrent,
    /** Whether something is searched with. */
    isActive,
    hasResults: isActive && (result.data !== undefined || result.error !== null),
    /** Whether there is a drawing that further strokes may complete. */
    hasDrawing: isActive && sheet.live !== undefined,
    isOnlyUnwanted: !isActive && terms.some(({ kind }) => kind !== 'colours'),
    /** Changes with every part of the search but the drawing. */
    key: JSON.stringify([[...others, ...typed], filters, state.resultSort]),
  }
}
