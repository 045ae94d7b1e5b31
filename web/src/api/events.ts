import { useQueryClient } from '@tanstack/react-query'
import { useCallback, useEffect, useRef, useState } from 'react'

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

export interface ServerEvents {
  progress: IndexProgress | undefined
  isOffline: boolean
  /** Something has changed that is not shown yet, so that nobody loses the place. */
  hasNews: boolean
  showNews: () => void
}

/**
 * Follows the server's events: what changes in the folder is fetched anew, and the progress of indexing is returned.
 * The browser reconnects by itself; what was missed meanwhile is fetched then.
 * @param isHeld whether lists stay as they are for now
 */
export function useServerEvents(isHeld: boolean): ServerEvents {
  const queryClient = useQueryClient()
  const [progress, setProgress] = useState<IndexProgress>()
  const [isOffline, setOffline] = useState(false)
  const [hasNews, setNews] = useState(false)
  const held = useRef(isHeld)
  held.current = isHeld

  useEffect(() => {
    const source = new EventSource('/api/fs/events')
    let timer: ReturnType<typeof setTimeout> | undefined
    let wasOffline = false
    let isIndexing = false
    const refresh = () => {
      timer = undefined
      // A search with a picture sends the picture again: that waits until indexing has ended.
      for (const part of isIndexing ? ['one', 'folders'] : ['one', 'folders', 'duplicates', 'search']) {
        void queryClient.invalidateQueries({ queryKey: ['images', part] })
      }
      void queryClient.invalidateQueries({ queryKey: ['status'] })
      if (held.current) setNews(true)
      else void queryClient.invalidateQueries({ queryKey: ['images', 'list'] })
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

  const showNews = useCallback(() => {
    setNews(false)
    void queryClient.invalidateQueries({ queryKey: ['images', 'list'] })
  }, [queryClient])
  useEffect(() => {
    if (!isHeld && hasNews) showNews()
  }, [isHeld, hasNews, showNews])
  return { progress, isOffline, hasNews, showNews }
}
