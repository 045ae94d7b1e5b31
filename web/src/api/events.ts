import { useQueryClient } from '@tanstack/react-query'
import { useCallback, useEffect, useRef, useState } from 'react'
import type { ServerEvents as EventData } from '../../../server/src/http/contract/events.ts'
import { reportServerBack } from '../components/server-back.ts'
import { openEventConnection } from './event-connection.ts'
import { serverUrl } from './server-url.ts'

type IndexProgress = EventData['IndexProgressEvent']

const CHANGES = [
  'FileCreatedEvent',
  'FileDeletedEvent',
  'FileModifiedEvent',
  'FileMovedEvent',
  'FileFailedEvent',
  'ImagesIndexedEvent',
] satisfies (keyof EventData)[]
/** Lists that would move while a user reads them if they were fetched again. */
const LISTS = ['list', 'timeline', 'search', 'duplicates']
/** Minimum time between two refreshes while thousands of files arrive. */
const REFRESH_EVERY_MS = 1500

export interface ServerEvents {
  progress: IndexProgress | undefined
  /** Set while the server can't be reached, with the time of the next try as `Date.now()` counts. */
  offline: { retryAt: number } | undefined
  /** Tries at once. */
  reconnect: () => void
  /** Changes that are not shown yet, so that the list keeps its position; also set after events may have been missed. */
  pendingChanges: 'changed' | 'perhaps' | undefined
  showChanges: () => void
}

/**
 * Follows the server's events: fetches changed lists again and returns the progress of indexing. Reconnects by
 * itself; changes that were missed meanwhile are fetched then.
 * @param isPaused whether lists stay unchanged for now
 */
export function useServerEvents(isPaused: boolean): ServerEvents {
  const queryClient = useQueryClient()
  const [progress, setProgress] = useState<IndexProgress>()
  const [offline, setOffline] = useState<ServerEvents['offline']>()
  const reconnectRef = useRef(() => {})
  const [pendingChanges, setPendingChanges] = useState<ServerEvents['pendingChanges']>()
  const paused = useRef(isPaused)
  paused.current = isPaused

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    let isIndexing = false
    /** Whether a change has arrived since lists were last fetched. */
    let hasChanged = false
    const refresh = () => {
      timer = undefined
      for (const part of ['one', 'folders', 'recent']) void invalidate(part)
      for (const other of ['status', 'trash', 'collections'])
        void queryClient.invalidateQueries({ queryKey: [other] })
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
    const onProgress = (event: MessageEvent<string>) => {
      const next = JSON.parse(event.data) as IndexProgress
      setProgress(next)
      isIndexing = next.pending > 0
      if (next.pending === 0) refreshSoon()
    }
    const connection = openEventConnection(serverUrl('/api/fs/events'), {
      onSource(source) {
        for (const name of CHANGES) source.addEventListener(name, refreshSoon)
        source.addEventListener('IndexProgressEvent', onProgress)
      },
      onLost: (retryAt) => setOffline({ retryAt }),
      onOpen(mayHaveMissed) {
        setOffline(undefined)
        if (!mayHaveMissed) return askAgain()
        reportServerBack()
        // Work that was in progress then may have ended since.
        isIndexing = false
        setProgress(undefined)
        refreshSoon()
      },
    })
    reconnectRef.current = connection.reconnect
    return () => {
      clearTimeout(timer)
      connection.close()
    }
  }, [queryClient])

  const showChanges = useCallback(() => {
    setPendingChanges(undefined)
    for (const part of LISTS) void queryClient.invalidateQueries({ queryKey: ['images', part] })
  }, [queryClient])
  useEffect(() => {
    if (!isPaused && pendingChanges !== undefined) showChanges()
  }, [isPaused, pendingChanges, showChanges])
  const reconnect = useCallback(() => reconnectRef.current(), [])
  return { progress, offline, reconnect, pendingChanges, showChanges }
}
