import type { Filters, OrderBy } from '../api/client.ts'
import { formatTerms, parseTerms, type QueryTerm } from './query-terms.ts'

export const SORTS = ['newest', 'oldest', 'name', 'name-down'] as const
export type Sort = (typeof SORTS)[number]

const VIEWS = ['duplicates', 'users', 'trash'] as const
export type OtherView = (typeof VIEWS)[number]

/** The search parameters of the page's address: Back, reload and links restore them. */
export interface Address {
  /** The parts of the search; see state/query-terms.ts. */
  q?: string
  /** The picture in the large view. */
  view?: string
  /** The folder in view. */
  dir?: string
  /** Only the folder's own pictures. */
  flat?: true
  name?: string
  /** Content types, separated by commas. */
  type?: string
  /** Days, such as 2026-11-24, inclusive. */
  from?: string
  to?: string
  sort?: Sort
  show?: OtherView
}

export interface PageState {
  terms: QueryTerm[]
  view: string | undefined
  directory: string | undefined
  isFlat: boolean
  name: string
  types: string[]
  from: string
  to: string
  sort: Sort
  show: OtherView | undefined
}

export type PageChange = Partial<{ [K in keyof PageState]: PageState[K] | undefined }>

const DAY = /^\d{4}-\d{2}-\d{2}$/
const text = (value: unknown) =>
  typeof value === 'string' || typeof value === 'number' ? String(value) || undefined : undefined
const day = (value: unknown) =>
  typeof value === 'string' && DAY.test(value) && !Number.isNaN(Date.parse(value)) ? value : undefined

/** Leaves out what can't be understood. */
export function parseAddress(search: Record<string, unknown>): Address {
  return withoutUndefined({
    q: text(search.q),
    view: text(search.view),
    dir: text(search.dir),
    flat: search.flat === true ? true : undefined,
    name: text(search.name),
    type: text(search.type),
    from: day(search.from),
    to: day(search.to),
    sort: SORTS.find((known) => known === search.sort),
    show: VIEWS.find((known) => known === search.show),
  })
}

export function stateOf(address: Address): PageState {
  return {
    terms: parseTerms(address.q),
    view: address.view,
    directory: address.dir,
    isFlat: address.flat ?? false,
    name: address.name ?? '',
    types: address.type?.split(',') ?? [],
    from: address.from ?? '',
    to: address.to ?? '',
    sort: address.sort ?? 'newest',
    show: address.show,
  }
}

/** @returns the address after a change; what has its default is not in it */
export function changed(address: Address, part: PageChange): Address {
  const next: { [K in keyof Address]: Address[K] | undefined } = { ...address }
  if ('terms' in part) next.q = formatTerms(part.terms ?? [])
  if ('view' in part) next.view = part.view
  if ('directory' in part) next.dir = part.directory
  if ('isFlat' in part) next.flat = part.isFlat || undefined
  if ('name' in part) next.name = part.name || undefined
  if ('types' in part) next.type = part.types?.join() || undefined
  if ('from' in part) next.from = part.from || undefined
  if ('to' in part) next.to = part.to || undefined
  if ('sort' in part) next.sort = part.sort === 'newest' ? undefined : part.sort
  if ('show' in part) next.show = part.show
  return withoutUndefined(next)
}

const ORDERS: Record<Sort, { order_by: OrderBy; direction: 'ascending' | 'descending' }> = {
  newest: { order_by: 'captured_at', direction: 'descending' },
  oldest: { order_by: 'captured_at', direction: 'ascending' },
  name: { order_by: 'user_visible_name', direction: 'ascending' },
  'name-down': { order_by: 'user_visible_name', direction: 'descending' },
}

export const orderOf = (sort: Sort) => ORDERS[sort]

/** Filters of lists and searches. Days are in the time zone of the browser. */
export function filtersOf({ directory, isFlat, name, from, to }: PageState): Filters {
  return {
    name_contains: name || undefined,
    directory: directory === undefined ? (isFlat ? '.' : undefined) : directory,
    recursive: directory === undefined ? undefined : !isFlat,
    modified_min: from ? new Date(`${from}T00:00:00`).toISOString() : undefined,
    modified_max: to ? new Date(`${to}T23:59:59.999`).toISOString() : undefined,
  }
}

/** How many filters are set. */
export function filterCount({ directory, isFlat, name, types, from, to }: PageState): number {
  const isSet = [directory !== undefined, isFlat, name !== '', types.length > 0, from !== '' || to !== '']
  return isSet.filter(Boolean).length
}

export const NO_FILTERS: PageChange = {
  directory: undefined,
  isFlat: false,
  name: '',
  types: [],
  from: '',
  to: '',
}

function withoutUndefined<T extends object>(object: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as never
}
