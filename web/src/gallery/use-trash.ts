import { useQueryClient } from '@tanstack/react-query'
import { useCallback, useEffect, useRef, useState } from 'react'
import {
  ApiError,
  deleteImage,
  getIndexStatus,
  type Image,
  type IndexStatus,
  onSignedOut,
} from '../api/client.ts'
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

/**
 * Problems of pictures that were not moved because the sign-in expired. The page is replaced by the form of the sign-in meanwhile;
 * afterwards they are shown.
 */
let interrupted: string[] = []

export interface Trash {
  /** On their way to the trash or back: lists leave them out. */
  hidden: ReadonlyMap<string, Image>
  /** Ids of the pictures that this page has deleted and that were not restored: requests for them would fail. */
  gone: ReadonlySet<string>
  /** Problems of images that could not be moved or restored, one sentence each. */
  failures: string[]
  /** Adds problems. */
  report: (problems: readonly string[]) => void
  /** @returns whether they are on their way: the user may decline, or the server may not answer */
  move: (images: readonly Image[]) => Promise<boolean>
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
  const { settled, failures, report, dismissFailures } = useSending(queue, refresh, show, returned)

  const undo = useCallback(async () => {
    const { unsent, sent } = queue.undo()
    show(unsent.map(idOf))
    returned(unsent)
    if (sent.length === 0) return
    hide(sent)
    try {
      await settled()
      const { images, failures: problems } = await restoreImages(sent.map(idOf))
      returned(images)
      queue.restored(sent)
      report(problems)
      if (images.length + problems.length < sent.length) toast.show({ text: messages.trash.undoFailed })
    } catch (error) {
      queue.notRestored(sent)
      toast.show({ text: reasonOf(error), action: { text: messages.trash.undo, run: () => void undo() } })
    }
    await refresh()
    show(sent.map(idOf))
  }, [queue, hide, show, returned, settled, report, refresh, toast])

  const fateOf = useFate()
  const move = useCallback(
    async (all: readonly Image[]) => {
      const { images, fate } = await fateOf(all)
      if (fate === undefined) return false
      const isFinal = fate === 'deletion'
      const count = queue.add(images, performance.now(), !isFinal)
      hide(images)
      leave(images)
      toast.show(isFinal ? deleted(images.length) : moved(count, () => void undo()))
      void settled()
      return true
    },
    [fateOf, queue, hide, leave, settled, toast, undo],
  )

  useAskBeforeLeaving(hidden.size > MAX_AT_LEAVING)
  useSentAtLeaving(queue)
  return {
    ...{ hidden, gone, failures, report, move, returned, settled, dismissFailures },
    undo: useCallback(() => void undo(), [undo]),
  }
}

/** Finds out what becomes of pictures, and asks before they are deleted for good. @returns no fate if nothing may be done with them */
function useFate() {
  const client = useQueryClient()
  const toast = useToast()
  /** Pictures for which the status is awaited: a repeated press is no further question. */
  const pending = useRef(new Set<string>())
  return useCallback(
    async (all: readonly Image[]): Promise<{ images: Image[]; fate?: 'trash' | 'deletion' }> => {
      const images = all.filter(({ id }) => !pending.current.has(id))
      if (images.length === 0) return { images }
      for (const { id } of images) pending.current.add(id)
      try {
        const { trash_days: days } =
          client.getQueryData<IndexStatus>(['status']) ??
          (await client.fetchQuery<IndexStatus>({
            queryKey: ['status'],
            queryFn: ({ signal }) => getIndexStatus(signal),
          }))
        if (days > 0) return { images, fate: 'trash' }
        return confirm(messages.trash.deleteQuestion(images.length))
          ? { images, fate: 'deletion' }
          : { images }
      } catch (error) {
        toast.show({ text: messages.trash.nothingDeleted(reasonOf(error)) })
        return { images }
      } finally {
        for (const { id } of images) pending.current.delete(id)
      }
    },
    [client, toast],
  )
}

/** Sends the pictures of the queue to the server, some at a time. */
function useSending(
  queue: TrashQueue,
  refresh: () => Promise<unknown>,
  show: (ids: Iterable<string>) => void,
  returned: (images: readonly Pick<Image, 'id'>[]) => void,
): Pick<Trash, 'settled' | 'failures' | 'report' | 'dismissFailures'> {
  const [failures, setFailures] = useState<string[]>(interrupted)
  const report = useCallback((problems: readonly string[]) => setFailures((old) => [...old, ...problems]), [])
  const running = useRef<Promise<void>>(undefined)
  const toast = useToast()
  /** Not moved, because the session that asked for it is over. */
  const expired = useRef<Image[]>([])
  useEffect(() => {
    // The rest is not sent by itself in the name of the next user who signs in.
    const drop = () => void expired.current.push(...queue.clear())
    const endReports = onSignedOut(drop)
    return () => {
      endReports()
      drop()
    }
  }, [queue])

  const send = useCallback(async () => {
    const sent: string[] = []
    const work = async () => {
      for (let image = queue.next(); image !== undefined; image = queue.next()) {
        sent.push(image.id)
        try {
          await deleteImage(image.id)
        } catch (error) {
          const code = error instanceof ApiError ? error.code : undefined
          if (code === 'image_not_found') continue
          queue.fail(image)
          returned([image])
          const problem = messages.trash.failed(image.path, reasonOf(error))
          if (code === 'not_signed_in') expired.current.push(image)
          else report([problem])
        }
      }
    }
    await Promise.all(Array.from({ length: MAX_CONCURRENT_REQUESTS }, work))
    const lost = expired.current.splice(0)
    if (lost.length > 0) {
      returned(lost)
      sent.push(...lost.map(idOf))
      const problems = lost.map(({ path }) => messages.trash.failed(path, messages.trash.signedOut))
      interrupted = [...interrupted, ...problems]
      report(problems)
      toast.show({ text: messages.trash.notMoved(lost.length) })
    }
    await refresh()
    show(sent)
  }, [queue, refresh, show, returned, report, toast])

  const settled = useCallback((): Promise<void> => {
    running.current ??= send().finally(() => {
      running.current = undefined
    })
    const own = running.current
    return own.then(() => (queue.size > 0 ? settled() : undefined))
  }, [queue, send])
  const dismissFailures = useCallback(() => {
    interrupted = []
    setFailures([])
  }, [])
  return { settled, failures, report, dismissFailures }
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

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
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
