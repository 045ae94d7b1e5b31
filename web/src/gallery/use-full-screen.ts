import { useEffect, useSyncExternalStore } from 'react'

function subscribe(onChange: () => void): () => void {
  document.addEventListener('fullscreenchange', onChange)
  return () => document.removeEventListener('fullscreenchange', onChange)
}

export interface FullScreen {
  isOn: boolean
  toggle: () => void
}

/**
 * Shows the page without the browser around it, until the component is removed. The whole page rather than one element, because
 * dialogs, menus and notices lie beside that element.
 * @returns undefined where the browser has no full screen, as on some phones
 */
export function useFullScreen(): FullScreen | undefined {
  const isOn = useSyncExternalStore(subscribe, () => document.fullscreenElement !== null)
  useEffect(() => leave, [])
  if (!document.fullscreenEnabled) return undefined
  return { isOn, toggle: isOn ? leave : enter }
}

/** The browser may refuse, for example if another program covers the window; then nothing changes. */
const ignoreRefusal = () => {}

function enter(): void {
  document.documentElement.requestFullscreen().catch(ignoreRefusal)
}

function leave(): void {
  if (document.fullscreenElement !== null) document.exitFullscreen().catch(ignoreRefusal)
}
