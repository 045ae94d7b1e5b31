import { useEffect } from 'react'
import { loadFailureList } from '../gallery/trash-failures.tsx'
import { loadUploadQueue } from '../upload/use-uploads.ts'

const PRELOAD_AFTER_MS = 2_000

export const loadUploadPanel = () => import('../upload/upload-panel.tsx')

/** Loads the lists of uploads and of failed deletions before they are needed, since the server may be away by then. */
export function usePreloadedUploadPanel(isNeeded: boolean): void {
  useEffect(() => {
    if (!isNeeded) return
    // They are loaded again when they are needed. Older versions of Firefox and Safari keep a failure until the page is reloaded.
    const load = () =>
      Promise.all([loadUploadPanel(), loadUploadQueue()])
        .then(loadFailureList)
        .catch(() => {})
    const timer = setTimeout(() => void load(), PRELOAD_AFTER_MS)
    return () => clearTimeout(timer)
  }, [isNeeded])
}
