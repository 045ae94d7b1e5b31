import { useNavigate, useRouter, useSearch } from '@tanstack/react-router'
import { useCallback, useMemo, useRef } from 'react'
import {
  type Address,
  changed,
  NO_FURTHER_FILTERS,
  type PageChange,
  type PageState,
  parseAddress,
  stateOf,
} from './address.ts'
import { useUsualFold, usualFold } from './fold-setting.ts'
import { parseTerms, type QueryTerm } from './query-terms.ts'

declare module '@tanstack/react-router' {
  interface HistoryState {
    /** The large view was opened over a list: one step back, the list is as it was. */
    isOverList?: boolean | undefined
  }
}

/** Changes that replace the current step of the history: filters, except for the place, and the order. */
const FLEETING: ReadonlySet<string> = new Set([
  ...Object.keys(NO_FURTHER_FILTERS),
  'from',
  'to',
  'sort',
  'resultSort',
  'type',
  'fold',
  'isFlat',
])

export interface PageControl {
  state: PageState
  /** @param isReplaced whether Back leads to what was before the present state */
  change: (part: PageChange, isReplaced?: boolean) => void
  /** Changes the current parts of the search. */
  changeTerms: (update: (terms: QueryTerm[]) => QueryTerm[], isReplaced: boolean) => void
  /** Closing the large view goes one step back where it was opened over a list. */
  closeView: () => void
}

export function usePageState(): PageControl {
  const { history } = useRouter()
  const address = useSearch({ strict: false })
  const navigate = useNavigate()
  const change = useCallback(
    (part: PageChange, isReplaced = Object.keys(part).every((key) => FLEETING.has(key))) =>
      void navigate({
        to: '.',
        search: (old: Address): Address => changed(old, part, usualFold()),
        replace: isReplaced,
        // From one picture to the next the list stays one step behind.
        state: ({ isOverList }) =>
          part.view === undefined && !part.compare?.length ? {} : { isOverList: !isReplaced || isOverList },
        resetScroll: false,
      }),
    [navigate],
  )
  /** Where the last step back began, which takes a while. */
  const left = useRef<object>(undefined)
  const closeView = useCallback(() => {
    const { location } = history
    if (left.current === location) return
    if (!location.state.isOverList) return change({ view: undefined, compare: [] }, true)
    left.current = location
    // Parts that are open over the view go with it.
    history.back({ ignoreBlocker: true })
  }, [history, change])
  const changeTerms = useCallback(
    (update: (terms: QueryTerm[]) => QueryTerm[], isReplaced: boolean) =>
      void navigate({
        to: '.',
        search: (old: Address): Address => changed(old, { terms: update(parseTerms(old.q)) }, usualFold()),
        replace: isReplaced,
        state: true,
        resetScroll: false,
      }),
    [navigate],
  )
  // The router keeps unknown parameters beside the validated ones.
  const fold = useUsualFold()
  const state = useMemo(() => stateOf(parseAddress({ ...address }), fold), [address, fold])
  return { state, change, changeTerms, closeView }
}
