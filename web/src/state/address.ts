import type { Filters, OrderBy } from '../api/client.ts'
import { boxAround, formatNear, type NearPlace, parseNear } from './near-place.ts'
import { formatTerms, parseTerms, type QueryTerm } from './query-terms.ts'

export const SORTS = ['newest', 'oldest', 'name', 'name-down'] as const
export type Sort = (typeof SORTS)[number]

export const RESULT_SORTS = ['best', ...SORTS] as const
export type ResultSort = (typeof RESULT_SORTS)[number]

const VIEWS = ['duplicates', 'users', 'trash'] as const
export type OtherView = (typeof VIEWS)[number]

/** No picture stands for others, one for its copies and for raw and JPEG of a shot, or one for a burst as well. */
export const FOLDS = ['none', 'shots', 'bursts'] as const
export type Fold = (typeof FOLDS)[number]

/** Filters by a part of a text: their names in the address and the parameters of the API. */
const TEXT_FILTERS = {
  name: 'name_contains',
  /** Such as `jpeg`. */
  type: 'content_type_contains',
  /** In the name, title, caption or keywords. */
  text: 'text_contains',
  camera: 'camera_contains',
} as const satisfies Record<string, keyof Filters>

type TextFilter = keyof typeof TEXT_FILTERS
const TEXT_NAMES = Object.keys(TEXT_FILTERS) as TextFilter[]
/** Those that have no chip of their own. */
export const FURTHER_TEXT_NAMES = TEXT_NAMES.filter((name) => name !== 'type')

/** The search parameters of the page's address: Back, reload and links restore them. */
export interface Address extends Partial<Record<TextFilter, string>> {
  /** The parts of the search; see state/query-terms.ts. */
  q?: string
  /** The picture in the large view. */
  view?: string
  /** The folder in view. */
  dir?: string
  /** Only the folder's own pictures. */
  flat?: true
  /** Stars at least, 1…5. */
  rating?: number
  /** A collection, by its id. */
  collection?: string
  /** Only pictures with a star. */
  starred?: true
  /** Whether one picture stands for others, if not as the settings have it; see `FOLDS`. */
  fold?: Fold
  /** Only files of the last days, the newest first. */
  recent?: true
  /** A picture of which all copies and formats are shown, by its id. */
  copies?: string
  /** Pictures that are compared, by their ids, separated by commas. */
  compare?: string
  /** Latitude, longitude and a distance in kilometres, separated by commas. */
  near?: string
  /** Days, such as 2026-11-24, inclusive. */
  from?: string
  to?: string
  sort?: Sort
  /** The order of the results of a search, unless the best ones are first. */
  order?: Sort
  show?: OtherView
}

export interface PageState extends Record<TextFilter, string> {
  terms: QueryTerm[]
  view: string | undefined
  directory: string | undefined
  isFlat: boolean
  /** 0: any. */
  rating: number
  near: NearPlace | undefined
  collection: string | undefined
  isStarred: boolean
  fold: Fold
  isRecent: boolean
  /** A picture whose copies and formats are shown apart. */
  copiesOf: string | undefined
  compare: string[]
  from: string
  to: string
  sort: Sort
  /** The order of the results of a search; `sort` is that of the gallery. */
  resultSort: ResultSort
  show: OtherView | undefined
}

export type PageChange = Partial<{ [K in keyof PageState]: PageState[K] | undefined }>

const DAY = /^\d{4}-\d{2}-\d{2}$/
const text = (value: unknown) =>
  typeof value === 'string' || typeof value === 'number' ? String(value) || undefined : undefined
const day = (value: unknown) =>
  typeof value === 'string' && DAY.test(value) && !Number.isNaN(Date.parse(value)) ? value : undefined

const stars = (value: unknown) =>
  Number.isInteger(value) && Number(value) >= 1 && Number(value) <= 5 ? Number(value) : undefined

/** Ignores invalid values. */
export function parseAddress(search: Record<string, unknown>): Address {
  return withoutUndefined({
    q: text(search.q),
    view: text(search.view),
    dir: text(search.dir),
    flat: search.flat === true ? true : undefined,
    ...Object.fromEntries(TEXT_NAMES.map((name) => [name, text(search[name])])),
    rating: stars(search.rating),
    collection: text(search.collection),
    starred: search.starred === true ? true : undefined,
    fold: FOLDS.find((known) => known === search.fold),
    recent: search.recent === true ? true : undefined,
    copies: text(search.copies),
    compare: text(search.compare),
    near: parseNear(search.near) && text(search.near),
    from: day(search.from),
    to: day(search.to),
    sort: SORTS.find((known) => known === search.sort),
    order: SORTS.find((known) => known === search.order),
    show: VIEWS.find((known) => known === search.show),
  })
}

/** @param usualFold what the settings have */
export function stateOf(address: Address, usualFold: Fold): PageState {
  return {
    terms: parseTerms(address.q),
    view: address.view,
    directory: address.dir,
    isFlat: address.flat ?? false,
    ...(Object.fromEntries(TEXT_NAMES.map((name) => [name, address[name] ?? ''])) as Record<
      TextFilter,
      string
    >),
    rating: address.rating ?? 0,
    near: parseNear(address.near),
    collection: address.collection,
    isStarred: address.starred ?? false,
    fold: address.fold ?? usualFold,
    isRecent: address.recent ?? false,
    copiesOf: address.copies,
    compare: address.compare?.split(',').slice(0, MAX_COMPARED) ?? [],
    from: address.from ?? '',
    to: address.to ?? '',
    sort: address.sort ?? 'newest',
    resultSort: address.order ?? 'best',
    show: address.show,
  }
}

/** @returns the address after a change; what has its default is not in it */
export function changed(address: Address, part: PageChange, usualFold: Fold): Address {
  const next: { [K in keyof Address]: Address[K] | undefined } = { ...address }
  if ('terms' in part) next.q = formatTerms(part.terms ?? [])
  if ('view' in part) next.view = part.view
  if ('directory' in part) next.dir = part.directory
  if ('isFlat' in part) next.flat = part.isFlat || undefined
  for (const name of TEXT_NAMES) if (name in part) next[name] = part[name] || undefined
  if ('rating' in part) next.rating = part.rating || undefined
  if ('collection' in part) next.collection = part.collection
  if ('isStarred' in part) next.starred = part.isStarred || undefined
  if ('fold' in part) next.fold = part.fold === usualFold ? undefined : part.fold
  if ('isRecent' in part) next.recent = part.isRecent || undefined
  if ('copiesOf' in part) next.copies = part.copiesOf
  if ('compare' in part) next.compare = part.compare?.join() || undefined
  if ('near' in part) next.near = part.near && formatNear(part.near)
  if ('from' in part) next.from = part.from || undefined
  if ('to' in part) next.to = part.to || undefined
  if ('sort' in part) next.sort = part.sort === 'newest' ? undefined : part.sort
  if ('resultSort' in part) next.order = part.resultSort === 'best' ? undefined : part.resultSort
  // The next search begins with its best results.
  else if ('terms' in part && next.q === undefined) next.order = undefined
  if ('show' in part) next.show = part.show
  return withoutUndefined(next)
}

const ORDERS: Record<Sort, { order_by: OrderBy; direction: 'ascending' | 'descending' }> = {
  newest: { order_by: 'captured_at', direction: 'descending' },
  oldest: { order_by: 'captured_at', direction: 'ascending' },
  name: { order_by: 'user_visible_name', direction: 'ascending' },
  'name-down': { order_by: 'user_visible_name', direction: 'descending' },
}

/** Recent files are ordered by when they came onto the disk. */
export function orderOf({ sort, isRecent }: Pick<PageState, 'sort' | 'isRecent'>) {
  const order = ORDERS[sort]
  return isRecent && order.order_by === 'captured_at' ? { ...order, order_by: 'created_at' as const } : order
}

const RECENT_DAYS = 30

/** The time from which files are recent: the beginning of a day in the time zone of the browser. */
export function recentSince(now = new Date()): string {
  return new Date(now.getFullYear(), now.getMonth(), now.getDate() - RECENT_DAYS).toISOString()
}

/** Filters of lists and searches. Days are in the time zone of the browser. */
export function filtersOf(state: PageState): Filters {
  const { directory, isFlat, from, to, near } = state
  return {
    ...Object.fromEntries(TEXT_NAMES.map((name) => [TEXT_FILTERS[name], state[name] || undefined])),
    rating_min: state.rating || undefined,
    collection: state.collection,
    starred: state.isStarred || undefined,
    fold: state.fold === 'none' || state.copiesOf !== undefined ? undefined : state.fold,
    folded_into: state.copiesOf,
    created_min: state.isRecent ? recentSince() : undefined,
    ...(near && boxAround(near)),
    directory: directory === undefined ? (isFlat ? '.' : undefined) : directory,
    recursive: directory === undefined ? undefined : !isFlat,
    captured_min: from ? `${from}T00:00:00` : undefined,
    captured_max: to ? `${to}T23:59:59.999` : undefined,
  }
}

/** Number of filters that are set. */
export function filterCount(state: PageState): number {
  const { directory, isFlat, type, from, to, collection, isRecent, copiesOf } = state
  const isSet = [
    directory !== undefined,
    collection !== undefined,
    isRecent,
    copiesOf !== undefined,
    isFlat,
    type,
    from || to,
  ]
  return isSet.filter(Boolean).length + furtherFilterCount(state)
}

/** Number of filters that are set and have no chip of their own. */
export function furtherFilterCount(state: PageState): number {
  const texts = FURTHER_TEXT_NAMES.map((name) => state[name])
  return [...texts, state.rating, state.near, state.isStarred].filter(Boolean).length
}

/** Maximum number of pictures in a comparison. */
export const MAX_COMPARED = 4

/** Whether pictures lie over the page: one in the large view, or several that are compared. */
export function isViewing({ view, compare }: Pick<PageState, 'view' | 'compare'>): boolean {
  return view !== undefined || compare.length > 1
}

/** Whether something lies over the page or takes the place of its results. The step before it in the history is the page itself. */
export function isElsewhere(state: Pick<PageState, 'view' | 'compare' | 'show'>): boolean {
  return isViewing(state) || state.show !== undefined
}

export const NO_FURTHER_FILTERS: PageChange = {
  ...Object.fromEntries(FURTHER_TEXT_NAMES.map((name) => [name, ''])),
  rating: 0,
  near: undefined,
  isStarred: false,
}

export const NO_FILTERS: PageChange = {
  directory: undefined,
  collection: undefined,
  isRecent: false,
  copiesOf: undefined,
  isFlat: false,
  type: '',
  ...NO_FURTHER_FILTERS,
  from: '',
  to: '',
}

function withoutUndefined<T extends object>(object: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as never
}
