import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'

export interface IndexProgress {
  indexed: number
  failed: number
  pending: number
  rate_per_s: number
  eta_s: number
}

const CHANGES = [
  'FileCreatedEvent',
  'FileDeletedEvent',
  'FileModifiedEvent',
  'FileMovedEvent',
  'FileFailedEvent',
  'ImagesIndexedEvent',
]
/** While thousands of files come in, the page follows in steps that a person can follow, too. */
const REFRESH_EVERY_MS = 1500

/**
 * Follows the server's events: what changes in the folder is fetched anew, and the progress of indexing is returned.
 * The browser reconnects by itself; what was missed meanwhile is fetched then.
 */
export function useServerEvents(): { progress: IndexProgress | undefined; isOffline: boolean } {
  const queryClient = useQueryClient()
  const [progress, setProgress] = useState<IndexProgress>()
  const [isOffline, setOffline] = useState(false)

  useEffect(() => {
    const source = new EventSource('/api/fs/events')
    let timer: ReturnType<typeof setTimeout> | undefined
    let wasOffline = false
    let isIndexing = false
    const refresh = () => {
      timer = undefined
      // A search with a picture sends the picture again: that waits until indexing has ended.
      for (const part of isIndexing ? ['list', 'one'] : ['list', 'one', 'search']) {
        void queryClient.invalidateQueries({ queryKey: ['images', part] })
      }
      void queryClient.invalidateQueries({ queryKey: ['status'] })
    }
    const refreshSoon = () => {
      timer ??= setTimeout(refresh, REFRESH_EVERY_MS)
    }
    for (const name of CHANGES) source.addEventListener(name, refreshSoon)
    source.addEventListener('IndexProgressEvent', (event) => {
      const next = JSON.parse(event.data) as IndexProgress
      setProgress(next)
      isIndexing = next.pending > 0
      if (next.pending === 0) refreshSoon()
    })
    source.addEventListener('error', () => {
      wasOffline = true
      setOffline(true)
    })
    source.addEventListener('open', () => {
      setOffline(false)
      if (wasOffline) refreshSoon()
      wasOffline = false
    })
    return () => {
      clearTimeout(timer)
      source.close()
    }
  }, [queryClient])

  return { progress, isOffline }
}
