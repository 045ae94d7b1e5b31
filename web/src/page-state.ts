import { createRootRoute, createRouter, useNavigate } from '@tanstack/react-router'
import { useCallback } from 'react'
import { App } from './app.tsx'
import type { GalleryOrder } from './gallery/use-gallery.ts'

export const SORTS = ['newest', 'oldest', 'name', 'name-down'] as const
export type Sort = (typeof SORTS)[number]

/** The part of the page's state that lives in its address, so that Back works and it can be shared. */
export interface PageState {
  /** The image whose like is searched. */
  similar: string | undefined
  /** The image in the large view. */
  view: string | undefined
  sort: Sort
  name: string
}

type SearchParameters = Partial<PageState>

const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined)

const rootRoute = createRootRoute({
  validateSearch: (search: Record<string, unknown>): SearchParameters => {
    const sort = SORTS.find((known) => known === search.sort)
    const name = search.name === undefined ? undefined : String(search.name)
    return withoutUndefined({ similar: text(search.similar), view: text(search.view), sort, name })
  },
  component: App,
})

export const router = createRouter({ routeTree: rootRoute })

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}

export function usePageState(): { state: PageState; change: (part: SearchParameters) => void } {
  const search = rootRoute.useSearch()
  const navigate = useNavigate()
  const change = useCallback(
    (part: SearchParameters) =>
      void navigate({
        to: '.',
        search: (old: SearchParameters) =>
          withoutUndefined({ ...old, ...part, name: (part.name ?? old.name) || undefined }),
        // Typing a filter is not a step to go back over.
        replace: part.name !== undefined || part.sort !== undefined,
        resetScroll: false,
      }),
    [navigate],
  )
  return {
    state: {
      similar: search.similar,
      view: search.view,
      sort: search.sort ?? 'newest',
      name: search.name ?? '',
    },
    change,
  }
}

const ORDERS: Record<Sort, Pick<GalleryOrder, 'order_by' | 'direction'>> = {
  newest: { order_by: 'modified_at', direction: 'descending' },
  oldest: { order_by: 'modified_at', direction: 'ascending' },
  name: { order_by: 'user_visible_name', direction: 'ascending' },
  'name-down': { order_by: 'user_visible_name', direction: 'descending' },
}

export function orderOf(sort: Sort, name: string): GalleryOrder {
  return { ...ORDERS[sort], name_contains: name }
}

function withoutUndefined<T extends object>(object: T): T {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as T
}
