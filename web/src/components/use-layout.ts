import { useSyncExternalStore } from 'react'

/** `phone`: one pane with a bottom sheet; `stacked`: query above results; `side`: side by side. */
export type Layout = 'phone' | 'stacked' | 'side'

const phone = matchMedia('(width < 600px)')
const stacked = matchMedia('(width < 1024px)')
const beside = matchMedia('(width >= 900px)')
const wide = matchMedia('(width >= 1920px)')
const medium = matchMedia('(width >= 1440px)')
const all = [phone, stacked, beside, wide, medium]

function subscribe(onChange: () => void): () => void {
  for (const query of all) query.addEventListener('change', onChange)
  return () => {
    for (const query of all) query.removeEventListener('change', onChange)
  }
}

export function useLayout(): Layout {
  return useSyncExternalStore(subscribe, () =>
    phone.matches ? 'phone' : stacked.matches ? 'stacked' : 'side',
  )
}

/** Whether the details of a picture have room beside it. */
export function useHasPanel(): boolean {
  return useSyncExternalStore(subscribe, () => beside.matches)
}

/** Sizes in CSS pixels and shares of the window that depend on its width. */
export interface Measures {
  rowHeight: number
  gap: number
  margin: number
  /** Share of the query pane in the window, 0…1. */
  share: number
  /** In CSS pixels. */
  leastPane: number
}

const MEASURES = {
  phone: { rowHeight: 116, gap: 4, margin: 4, share: 1, leastPane: 0 },
  stacked: { rowHeight: 142, gap: 6, margin: 20, share: 0.56, leastPane: 240 },
  small: { rowHeight: 150, gap: 6, margin: 20, share: 0.44, leastPane: 420 },
  medium: { rowHeight: 158, gap: 6, margin: 20, share: 0.45, leastPane: 480 },
  wide: { rowHeight: 226, gap: 6, margin: 20, share: 0.44, leastPane: 640 },
} satisfies Record<string, Measures>

export function useMeasures(): Measures {
  const name = useSyncExternalStore(subscribe, () =>
    phone.matches
      ? 'phone'
      : stacked.matches
        ? 'stacked'
        : wide.matches
          ? 'wide'
          : medium.matches
            ? 'medium'
            : 'small',
  )
  return MEASURES[name]
}
