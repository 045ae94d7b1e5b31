import { useSyncExternalStore } from 'react'

const root = document.documentElement

export function useIsDark(): boolean {
  return useSyncExternalStore(subscribe, () => root.dataset.theme === 'dark')
}

function subscribe(onChange: () => void): () => void {
  const observer = new MutationObserver(onChange)
  observer.observe(root, { attributeFilter: ['data-theme'] })
  return () => observer.disconnect()
}
