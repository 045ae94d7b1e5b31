import { useQueryClient } from '@tanstack/react-query'
import { useCallback, useEffect, useRef, useState } from 'react'
import { ApiError, deleteImage, type Image, type IndexStatus } from '../api/client.ts'
import { serverUrl } from '../api/server-url.ts'
import { restoreImages } from '../api/trash.ts'
import { type ToastContent, useToast } from '../components/toast.tsx'
import { useAskBeforeLeaving } from '../components/use-ask-before-leaving.ts'
import { messages } from '../messages/messages.ts'
import { TrashQueue } from './trash-queue.ts'

/** Requests at a time; the browser has six connections to a server for all of the page. */
const MAX_CONCURRENT_REQUESTS = 3
/** Chromium keeps at most 256 requests of a page that is left. */
const MAX_AT_LEAVING = 200

export interface Trash {
  /** On their way to the trash or back: lists leave them out. */
  hidden: ReadonlyMap<string, Image>
  /** Ids of the pictures that this page has deleted and that were not restored: requests for them would fail. */
  gone: ReadonlySet<string>
  /** Problems of images that could not be moved, one sentence each. */
  failures: string[]
  move: (images: readonly Image[]) => void
  /** Restores the pictures that were moved last; nothing if there are none. */
  undo: () => void
  /** Marks pictures as restored. */
  returned: (images: readonly Pick<Image, 'id'>[]) => void
  /** Ends when everything that was requested has been sent. */
  settled: () => Promise<void>
  dismissFailures: () => void
}

/** Moves pictures to the trash at once; they can be restored from a toast, by Ctrl Z, and later from the trash itself. */
export function useTrash(): Trash {
  const client = useQueryClient()
  const toast = useToast()
  const [queue] = useState(() => new TrashQueue())
  const { hidden, hide, show } = useHidden()
  const { gone, leave, returned } = useGone()
  const refresh = useCallback(
    () =>
      Promise.all(
        ['images', 'trash', 'collections'].map((part) => client.invalidateQueries({ queryKey: [part] })),
      ),
    [client],
  )
  const { settled, failures, dismissFailures } = useSending(queue, refresh, show, returned)

  const undo = useCallback(async () => {
    const { unsent, sent } = queue.undo()
    show(unsent.map(idOf))
    returned(unsent)
    if (sent.length === 0) return
    hide(sent)
    try {
      await settled()
      const restored = await restoreImages(sent.map(idOf))
      returned(restored)
      if (restored.length < sent.length) toast.show({ text: messages.trash.undoFailed })
    } catch (error) {
      toast.show({ text: error instanceof Error ? error.message : messages.trash.undoFailed })
    }
    queue.restored(sent)
    await refresh()
    show(sent.map(idOf))
  }, [queue, hide, show, returned, settled, refresh, toast])

  const move = useCallback(
    (images: readonly Image[]) => {
      const isFinal = client.getQueryData<IndexStatus>(['status'])?.trash_days === 0
      if (images.length === 0 || (isFinal && !confirm(messages.trash.deleteQuestion(images.length)))) return
      const count = queue.add(images, performance.now(), !isFinal)
      hide(images)
      leave(images)
      toast.show(isFinal ? deleted(images.length) : moved(count, () => void undo()))
      void settled()
    },
    [client, queue, hide, leave, settled, toast, undo],
  )

  useAskBeforeLeaving(hidden.size > MAX_AT_LEAVING)
  useSentAtLeaving(queue)
  return {
    ...{ hidden, gone, failures, move, returned, settled, dismissFailures },
    undo: useCallback(() => void undo(), [undo]),
  }
}

/** Sends the pictures of the queue to the server, some at a time. */
function useSending(
  queue: TrashQueue,
  refresh: () => Promise<unknown>,
  show: (ids: Iterable<string>) => void,
  returned: (images: readonly Pick<Image, 'id'>[]) => void,
): Pick<Trash, 'settled' | 'failures' | 'dismissFailures'> {
  const [failures, setFailures] = useState<string[]>([])
  const running = useRef<Promise<void>>(undefined)

  const send = useCallback(async () => {
    const sent: string[] = []
    const work = async () => {
      for (let image = queue.next(); image !== undefined; image = queue.next()) {
        sent.push(image.id)
        try {
          await deleteImage(image.id)
        } catch (error) {
          const code = error instanceof ApiError ? error.code : undefined
          // The session that asked for the rest is over.
          if (code === 'not_signed_in') {
            const unsent = queue.clear()
            sent.push(...unsent)
            returned(unsent.map((id) => ({ id })))
          }
          if (code === 'image_not_found') continue
          queue.fail(image)
          returned([image])
          const reason = error instanceof Error ? error.message : String(error)
          const problem = messages.trash.failed(image.path, reason)
          setFailures((old) => [...old, problem])
        }
      }
    }
    await Promise.all(Array.from({ length: MAX_CONCURRENT_REQUESTS }, work))
    await refresh()
    show(sent)
  }, [queue, refresh, show, returned])

  const settled = useCallback((): Promise<void> => {
    running.current ??= send().finally(() => {
      running.current = undefined
    })
    const own = running.current
    return own.then(() => (queue.size > 0 ? settled() : undefined))
  }, [queue, send])
  return { settled, failures, dismissFailures: useCallback(() => setFailures([]), []) }
}

function moved(count: number, undo: () => void): ToastContent {
  return { text: messages.trash.moved(count), action: { text: messages.trash.undo, run: undo } }
}

function deleted(count: number): ToastContent {
  return { text: messages.trash.deleted(count) }
}

/** Pictures that lists leave out for now. */
function useHidden() {
  const [hidden, setHidden] = useState<ReadonlyMap<string, Image>>(new Map())
  const hide = useCallback(
    (images: Iterable<Image>) => setHidden((old) => new Map([...old, ...[...images].map(withId)])),
    [],
  )
  const show = useCallback((ids: Iterable<string>) => {
    const shown = new Set(ids)
    setHidden((old) => new Map([...old].filter(([id]) => !shown.has(id))))
  }, [])
  return { hidden, hide, show }
}

/** Pictures that were deleted and not restored. */
function useGone() {
  const [gone, setGone] = useState<ReadonlySet<string>>(new Set())
  const leave = useCallback(
    (images: readonly Image[]) => setGone((old) => old.union(new Set(images.map(idOf)))),
    [],
  )
  const returned = useCallback(
    (images: readonly Pick<Image, 'id'>[]) => setGone((old) => old.difference(new Set(images.map(idOf)))),
    [],
  )
  return { gone, leave, returned }
}

function withId(image: Image): [string, Image] {
  return [image.id, image]
}

function idOf({ id }: Pick<Image, 'id'>): string {
  return id
}

/** A page that is left sends the pictures that are still waiting. */
function useSentAtLeaving(queue: TrashQueue): void {
  useEffect(() => {
    const onLeave = () => {
      const { unsent, restoring } = queue.leave()
      for (const id of unsent)
        void fetch(serverUrl(`/api/images/${id}`), { method: 'DELETE', keepalive: true })
      if (restoring.length > 0) void restoreImages(restoring, { keepalive: true })
    }
    addEventListener('pagehide', onLeave)
    return () => removeEventListener('pagehide', onLeave)
  }, [queue])
}
