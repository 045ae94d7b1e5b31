import { useEffect } from 'react'

const PRELOAD_AFTER_MS = 2_000

export const loadUploadPanel = () => import('../upload/upload-panel.tsx')

/** Loads the list of uploads before it is needed, since the server may be away by then. */
export function usePreloadedUploadPanel(isNeeded: boolean): void {
  useEffect(() => {
    if (!isNeeded) return
    // It is loaded again when it is shown.
    const timer = setTimeout(() => void loadUploadPanel().catch(() => {}), PRELOAD_AFTER_MS)
    return () => clearTimeout(timer)
  }, [isNeeded])
}
