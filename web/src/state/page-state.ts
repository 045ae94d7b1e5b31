import { createRootRoute, createRouter, useNavigate, useRouter } from '@tanstack/react-router'
import { useCallback, useMemo } from 'react'
import type { Filters, OrderBy } from '../api/client.ts'
import { App } from '../app.tsx'
import { formatTerms, parseTerms, type QueryTerm } from './query-terms.ts'

export const SORTS = ['newest', 'oldest', 'name', 'name-down'] as const
export type Sort = (typeof SORTS)[number]

/** What the page's address holds, so that Back works and everything can be shared. */
interface Address {
  /** What is searched with; see state/query-terms.ts. */
  q?: string
  /** The image in the large view. */
  view?: string
  /** The folder in view. */
  dir?: string
  /** Only the folder's own images. */
  flat?: true
  name?: string
  /** Days, as in 2026-11-24, inclusive. */
  from?: string
  to?: string
  sort?: Sort
  /** The least similarity that is shown, in hundredths. */
  min?: number
  show?: 'duplicates' | 'users'
}

type AddressChange = { [K in keyof Address]: Address[K] | undefined }

export interface PageState {
  terms: QueryTerm[]
  view: string | undefined
  directory: string | undefined
  isFlat: boolean
  name: string
  from: string
  to: string
  sort: Sort
  minScore: number
  isShowingDuplicates: boolean
  isShowingUsers: boolean
}

export type PageChange = Partial<{
  [K in keyof PageState]: PageState[K] | undefined
}>

const DAY = /^\d{4}-\d{2}-\d{2}$/
const text = (value: unknown) =>
  typeof value === 'string' || typeof value === 'number' ? String(value) || undefined : undefined
const day = (value: unknown) =>
  typeof value === 'string' && DAY.test(value) && !Number.isNaN(Date.parse(value)) ? value : undefined

/** What can't be understood is left out. */
function parseAddress(search: Record<string, unknown>): Address {
  return withoutUndefined({
    q: text(search.q),
    view: text(search.view),
    dir: text(search.dir),
    flat: search.flat === true ? true : undefined,
    name: text(search.name),
    from: day(search.from),
    to: day(search.to),
    sort: SORTS.find((known) => known === search.sort),
    min: typeof search.min === 'number' && search.min > 0 && search.min <= 100 ? search.min : undefined,
    show: search.show === 'duplicates' || search.show === 'users' ? search.show : undefined,
  })
}

const rootRoute = createRootRoute({ validateSearch: parseAddress, component: App })

export const router = createRouter({ routeTree: rootRoute })

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
  interface HistoryState {
    /** The large view was opened on this page: one step back, the list is as it was. */
    isOverList?: boolean | undefined
  }
}

/** Changes that are no step to go back over. */
const FLEETING: ReadonlySet<keyof PageState> = new Set(['name', 'from', 'to', 'sort', 'minScore'])

export function usePageState(): {
  state: PageState
  /** @param isReplaced whether Back leads to what was before the present state */
  change: (part: PageChange, isReplaced?: boolean) => void
  /** Changes what is searched with, whatever it is by then. */
  changeTerms: (update: (terms: QueryTerm[]) => QueryTerm[], isReplaced: boolean) => void
  /** Closing the large view is no step to go back over, either. */
  closeView: () => void
} {
  const { history } = useRouter()
  const address = rootRoute.useSearch()
  const navigate = useNavigate()
  const change = useCallback(
    (part: PageChange, isReplaced = Object.keys(part).every((key) => FLEETING.has(key as keyof PageState))) =>
      void navigate({
        to: '.',
        search: (old: Address): Address => withoutUndefined({ ...old, ...toAddress(part) }),
        replace: isReplaced,
        // From one image to the next the list stays one step behind.
        state: ({ isOverList }) => (part.view === undefined ? {} : { isOverList: !isReplaced || isOverList }),
        resetScroll: false,
      }),
    [navigate],
  )
  const closeView = useCallback(() => {
    if (history.location.state.isOverList) history.back()
    else change({ view: undefined }, true)
  }, [history, change])
  const changeTerms = useCallback(
    (update: (terms: QueryTerm[]) => QueryTerm[], isReplaced: boolean) =>
      void navigate({
        to: '.',
        search: (old: Address): Address =>
          withoutUndefined({ ...old, q: formatTerms(update(parseTerms(old.q))) }),
        replace: isReplaced,
        state: true,
        resetScroll: false,
      }),
    [navigate],
  )
  // The router keeps what was left out of the address beside what was understood of it.
  const state = useMemo(() => toState(parseAddress({ ...address })), [address])
  return { state, change, changeTerms, closeView }
}

function toState(address: Address): PageState {
  return {
    terms: parseTerms(address.q),
    view: address.view,
    directory: address.dir,
    isFlat: address.flat ?? false,
    name: address.name ?? '',
    from: address.from ?? '',
    to: address.to ?? '',
    sort: address.sort ?? 'newest',
    minScore: (address.min ?? 0) / 100,
    isShowingDuplicates: address.show === 'duplicates',
    isShowingUsers: address.show === 'users',
  }
}

/** What is undefined in it is to be taken out of the address. */
function toAddress(part: PageChange): AddressChange {
  const address: AddressChange = {}
  if ('terms' in part) address.q = formatTerms(part.terms ?? [])
  if ('view' in part) address.view = part.view
  if ('directory' in part) address.dir = part.directory
  if ('isFlat' in part) address.flat = part.isFlat || undefined
  if ('name' in part) address.name = part.name || undefined
  if ('from' in part) address.from = part.from || undefined
  if ('to' in part) address.to = part.to || undefined
  if ('sort' in part) address.sort = part.sort === 'newest' ? undefined : part.sort
  if ('minScore' in part) address.min = Math.round((part.minScore ?? 0) * 100) || undefined
  if ('isShowingUsers' in part) address.show = part.isShowingUsers ? 'users' : undefined
  if ('isShowingDuplicates' in part) address.show = part.isShowingDuplicates ? 'duplicates' : undefined
  return address
}

const ORDERS: Record<Sort, { order_by: OrderBy; direction: 'ascending' | 'descending' }> = {
  newest: { order_by: 'modified_at', direction: 'descending' },
  oldest: { order_by: 'modified_at', direction: 'ascending' },
  name: { order_by: 'user_visible_name', direction: 'ascending' },
  'name-down': { order_by: 'user_visible_name', direction: 'descending' },
}

export const orderOf = (sort: Sort) => ORDERS[sort]

/** What lists and searches are narrowed to. Days are the browser's own. */
export function filtersOf({ directory, isFlat, name, from, to }: PageState): Filters {
  return {
    name_contains: name || undefined,
    directory: directory === undefined ? (isFlat ? '.' : undefined) : directory,
    recursive: directory === undefined ? undefined : !isFlat,
    modified_min: from ? new Date(`${from}T00:00:00`).toISOString() : undefined,
    modified_max: to ? new Date(`${to}T23:59:59.999`).toISOString() : undefined,
  }
}

function withoutUndefined<T extends object>(object: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as never
}
