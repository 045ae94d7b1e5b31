import { useQueryClient } from '@tanstack/react-query'
import { useCallback, useEffect, useRef, useState } from 'react'
import { serverUrl } from './server-url.ts'

interface IndexProgress {
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
/** Lists that would move under the eyes of a reader if they were fetched again. */
const LISTS = ['list', 'timeline', 'search', 'duplicates']
/** While thousands of files come in, the page follows in steps that a person can follow, too. */
const REFRESH_EVERY_MS = 1500
const RECONNECT_MIN_MS = 1000
const RECONNECT_MAX_MS = 30_000
/** A browser has six connections to a server, for all its tabs: one that nobody looks at gives its own back. */
const HIDDEN_AFTER_MS = 10_000

export interface ServerEvents {
  progress: IndexProgress | undefined
  isOffline: boolean
  /** Changes that are not shown yet, so that the list keeps its position; also set after events may have been missed. */
  pendingChanges: 'changed' | 'perhaps' | undefined
  showChanges: () => void
}

/**
 * Follows the server's events: fetches changed lists again and returns the progress of indexing. The browser reconnects by
 * itself; changes that were missed meanwhile are fetched then.
 * @param isPaused whether lists stay unchanged for now
 */
export function useServerEvents(isPaused: boolean): ServerEvents {
  const queryClient = useQueryClient()
  const [progress, setProgress] = useState<IndexProgress>()
  const [isOffline, setOffline] = useState(false)
  const [pendingChanges, setPendingChanges] = useState<ServerEvents['pendingChanges']>()
  const paused = useRef(isPaused)
  paused.current = isPaused

  useEffect(() => {
    let source: EventSource
    let reconnecting: ReturnType<typeof setTimeout> | undefined
    let delay = RECONNECT_MIN_MS
    let timer: ReturnType<typeof setTimeout> | undefined
    let wasOffline = false
    let isFirst = true
    let isIndexing = false
    /** Whether a change has arrived since lists were last fetched. */
    let hasChanged = false
    const refresh = () => {
      timer = undefined
      for (const part of ['one', 'folders']) void invalidate(part)
      for (const other of ['status', 'trash']) void queryClient.invalidateQueries({ queryKey: [other] })
      const isChange = hasChanged
      hasChanged = false
      if (paused.current) setPendingChanges((old) => (isChange ? 'changed' : (old ?? 'perhaps')))
      // A search with a drawing sends the drawing again: that waits until indexing has ended.
      else for (const part of isIndexing ? ['list', 'timeline'] : LISTS) void invalidate(part)
    }
    const invalidate = (part: string) => queryClient.invalidateQueries({ queryKey: ['images', part] })
    const refreshSoon = (event?: Event) => {
      hasChanged ||= event !== undefined
      timer ??= setTimeout(refresh, REFRESH_EVERY_MS)
    }
    /** A response to an earlier request may be older than a change whose event was missed. */
    const askAgain = () => {
      for (const { queryKey, promise } of queryClient.getQueryCache().findAll({ queryKey: ['images'] })) {
        const again = () => queryClient.invalidateQueries({ queryKey, exact: true })
        void Promise.resolve(promise).then(again, again)
      }
    }
    const connect = () => {
      source = new EventSource(serverUrl('/api/fs/events'))
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
        // The browser tries again by itself after a lost connection, but not after an answer such as a proxy's 502.
        if (source.readyState !== EventSource.CLOSED) return
        reconnecting = setTimeout(connect, delay)
        delay = Math.min(2 * delay, RECONNECT_MAX_MS)
      })
      source.addEventListener('open', () => {
        setOffline(false)
        delay = RECONNECT_MIN_MS
        if (wasOffline) {
          // Work that was in progress then may have ended since.
          isIndexing = false
          setProgress(undefined)
          refreshSoon()
        } else if (isFirst) askAgain()
        wasOffline = false
        isFirst = false
      })
    }
    connect()
    let hiding: ReturnType<typeof setTimeout> | undefined
    let isHidden = false
    const onVisibility = () => {
      clearTimeout(hiding)
      if (document.hidden) {
        hiding = setTimeout(() => {
          isHidden = true
          clearTimeout(reconnecting)
          source.close()
        }, HIDDEN_AFTER_MS)
      } else if (isHidden) {
        isHidden = false
        // Changes of the meantime are fetched.
        wasOffline = true
        connect()
      }
    }
    document.addEventListener('visibilitychange', onVisibility)
    return () => {
      document.removeEventListener('visibilitychange', onVisibility)
      clearTimeout(hiding)
      clearTimeout(timer)
      clearTimeout(reconnecting)
      source.close()
    }
  }, [queryClient])

  const showChanges = useCallback(() => {
    setPendingChanges(undefined)
    for (const part of LISTS) void queryClient.invalidateQueries({ queryKey: ['images', part] })
  }, [queryClient])
  useEffect(() => {
    if (!isPaused && pendingChanges !== undefined) showChanges()
  }, [isPaused, pendingChanges, showChanges])
  return { progress, isOffline, pendingChanges, showChanges }
}
