import { useQueryClient } from '@tanstack/react-query'
import { useCallback, useEffect, useRef, useState } from 'react'
import { ApiError, deleteImage, type Image, type IndexStatus } from '../api/client.ts'
import { serverUrl } from '../api/server-url.ts'
import { restoreImages } from '../api/trash.ts'
import { type ToastContent, useToast } from '../components/toast.tsx'
import { useAskBeforeLeaving } from '../components/use-ask-before-leaving.ts'
import { messages } from '../messages/messages.ts'

/** Requests at a time; the browser has six connections to a server for all of the page. */
const AT_ONCE = 3
/** Pictures that are moved within this time are undone together. */
const TOGETHER_MS = 10_000
/** Chromium keeps at most 256 requests of a page that is left. */
const MAX_AT_LEAVING = 200

export interface Trash {
  /** On their way to the trash or back: lists leave them out. */
  hidden: ReadonlyMap<string, Image>
  /** Problems of images that could not be moved, one sentence each. */
  failures: string[]
  move: (images: readonly Image[]) => void
  /** Restores the pictures that were moved last; nothing if there are none. */
  undo: () => void
  /** Ends when everything that was asked for has been sent. */
  settled: () => Promise<void>
  dismissFailures: () => void
}

/** Moves pictures to the trash at once; they can be restored from a toast, by Ctrl Z, and later from the trash itself. */
export function useTrash(): Trash {
  const client = useQueryClient()
  const toast = useToast()
  const { hidden, hide, show } = useHidden()
  const [failures, setFailures] = useState<string[]>([])
  const queue = useRef(new Map<string, Image>())
  const restoring = useRef(new Set<string>())
  const running = useRef<Promise<void>>(undefined)
  /** Can be undone: moved since `at` or shortly before. */
  const last = useRef<{ images: Map<string, Image>; at: number }>({ images: new Map(), at: 0 })

  const refresh = useCallback(
    () =>
      Promise.all(
        ['images', 'trash', 'collections'].map((part) => client.invalidateQueries({ queryKey: [part] })),
      ),
    [client],
  )

  const send = useCallback(async () => {
    const sent: string[] = []
    const failed = (image: Image, error: unknown) => {
      const reason = error instanceof Error ? error.message : String(error)
      setFailures((old) => [...old, messages.trash.failed(image.path, reason)])
      last.current.images.delete(image.id)
    }
    const work = async () => {
      for (const [id, image] of queue.current) {
        queue.current.delete(id)
        sent.push(id)
        try {
          await deleteImage(id)
        } catch (error) {
          const code = error instanceof ApiError ? error.code : undefined
          // The session that asked for the rest is over.
          if (code === 'not_signed_in') queue.current.clear()
          if (code !== 'image_not_found') failed(image, error)
        }
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, work))
    await refresh()
    show(sent)
  }, [refresh, show])

  const settled = useCallback((): Promise<void> => {
    running.current ??= send().finally(() => {
      running.current = undefined
    })
    const own = running.current
    return own.then(() => (queue.current.size > 0 ? settled() : undefined))
  }, [send])

  const undo = useCallback(async () => {
    const { images } = last.current
    if (images.size === 0) return
    last.current = { images: new Map(), at: 0 }
    const unsent = [...images.keys()].filter((id) => queue.current.delete(id))
    show(unsent)
    const moved = [...images.values()].filter(({ id }) => !unsent.includes(id))
    hide(moved)
    for (const { id } of moved) restoring.current.add(id)
    try {
      await settled()
      const restored = await restoreImages(moved.map(({ id }) => id))
      if (restored.length < moved.length) toast.show({ text: messages.trash.undoFailed })
    } catch (error) {
      toast.show({ text: error instanceof Error ? error.message : messages.trash.undoFailed })
    }
    for (const { id } of moved) restoring.current.delete(id)
    await refresh()
    show(images.keys())
  }, [hide, show, settled, refresh, toast])

  const move = useCallback(
    (images: readonly Image[]) => {
      const isFinal = client.getQueryData<IndexStatus>(['status'])?.trash_days === 0
      if (images.length === 0 || (isFinal && !confirm(messages.trash.deleteQuestion(images.length)))) return
      const now = performance.now()
      const isTogether = now - last.current.at < TOGETHER_MS
      const before = isTogether ? last.current.images : []
      last.current = { images: new Map([...before, ...images.map(withId)]), at: now }
      for (const image of images) queue.current.set(image.id, image)
      hide(images)
      if (isFinal) last.current = { images: new Map(), at: 0 }
      toast.show(isFinal ? deleted(images.length) : moved(last.current.images.size, () => void undo()))
      void settled()
    },
    [client, hide, settled, toast, undo],
  )

  useAskBeforeLeaving(hidden.size > MAX_AT_LEAVING)
  useSentAtLeaving(queue, restoring)
  return {
    hidden,
    failures,
    move,
    undo: useCallback(() => void undo(), [undo]),
    settled,
    dismissFailures: useCallback(() => setFailures([]), []),
  }
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

function withId(image: Image): [string, Image] {
  return [image.id, image]
}

/** A page that is left sends what is still waiting. */
function useSentAtLeaving(queue: { current: Map<string, Image> }, restoring: { current: Set<string> }): void {
  useEffect(() => {
    const onLeave = () => {
      for (const id of queue.current.keys())
        void fetch(serverUrl(`/api/images/${id}`), { method: 'DELETE', keepalive: true })
      queue.current.clear()
      if (restoring.current.size > 0) void restoreImages([...restoring.current], { keepalive: true })
    }
    addEventListener('pagehide', onLeave)
    return () => removeEventListener('pagehide', onLeave)
  }, [queue, restoring])
}
