import { useEffect } from 'react'
import { loadUploadQueue } from '../upload/use-uploads.ts'

const PRELOAD_AFTER_MS = 2_000

export const loadUploadPanel = () => import('../upload/upload-panel.tsx')

/** Loads the list of uploads before it is needed, since the server may be away by then. */
export function usePreloadedUploadPanel(isNeeded: boolean): void {
  useEffect(() => {
    if (!isNeeded) return
    // Both are loaded again when they are needed. Older versions of Firefox and Safari keep a failure until the page is reloaded.
    const load = () => Promise.all([loadUploadPanel(), loadUploadQueue()]).catch(() => {})
    const timer = setTimeout(() => void load(), PRELOAD_AFTER_MS)
    return () => clearTimeout(timer)
  }, [isNeeded])
}
