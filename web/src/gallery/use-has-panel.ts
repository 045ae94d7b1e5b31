import { useSyncExternalStore } from 'react'

const wide = matchMedia('(width >= 900px)')

function subscribe(onChange: () => void): () => void {
  wide.addEventListener('change', onChange)
  return () => wide.removeEventListener('change', onChange)
}

/** Whether the details of a picture have room beside it. */
export function useHasPanel(): boolean {
  return useSyncExternalStore(subscribe, () => wide.matches)
}
