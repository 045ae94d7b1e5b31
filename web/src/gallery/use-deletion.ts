import { useQueryClient } from '@tanstack/react-query'
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { ApiError, deleteImage, type Image, isPassing } from '../api/client.ts'
import { serverUrl } from '../api/server-url.ts'
import { useAskBeforeLeaving } from '../components/use-ask-before-leaving.ts'
import { messages } from '../messages/messages.ts'

/** So long a deletion can be taken back before it happens. */
const UNDO_MS = 20_000
/** The server may be back soon. */
const RETRY_AFTER_MS = 3_000

/** Chromium keeps at most 256 requests of a page that is left. */
const MAX_DELETIONS_AT_LEAVING = 200

type Images = ReadonlyMap<string, Image>

/** Images that are deleted when nobody has taken it back; hidden at once. */
export interface Deletion {
  /** What can still be taken back. */
  waiting: Images
  /** What is not to be shown: waiting, or being deleted. */
  hidden: Images
  /** What could not be deleted, a sentence each. */
  failures: string[]
  request: (images: Image[]) => void
  undo: () => void
  /** Deletes what is waiting now. */
  deleteNow: () => Promise<void>
  dismissFailures: () => void
}

export function useDeletion(): Deletion {
  const client = useQueryClient()
  const [waiting, setWaiting] = useState<Images>(new Map())
  const [deleting, setDeleting] = useState<Images>(new Map())
  const [failures, setFailures] = useState<string[]>([])
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const pending = useRef<Images>(waiting)
  /** What is to be deleted and has not been asked for yet. */
  const unsent = useRef(new Map<string, Image>())
  const running = useRef(Promise.resolve())
  const hasEnded = useRef(false)

  const wait = useCallback((images: Images) => {
    pending.current = images
    setWaiting(images)
  }, [])

  const run = useCallback(async () => {
    for (const [id, image] of unsent.current) {
      unsent.current.delete(id)
      try {
        await deleteImage(id)
      } catch (error) {
        const code = error instanceof ApiError ? error.code : undefined
        // Somebody else has deleted it.
        if (code === 'image_not_found') continue
        if (isPassing(error) && !hasEnded.current) {
          unsent.current.set(id, image)
          await new Promise((resolve) => setTimeout(resolve, RETRY_AFTER_MS))
          continue
        }
        // What is left is not deleted in the name of whoever signs in next.
        if (code === 'not_signed_in') unsent.current.clear()
        const reason = error instanceof Error ? error.message : String(error)
        setFailures((old) => [...old, messages.deletion.failed(image.path, reason)])
      }
    }
    await client.invalidateQueries({ queryKey: ['images'] })
    setDeleting(new Map(unsent.current))
  }, [client])

  const deleteNow = useCallback((): Promise<void> => {
    clearTimeout(timer.current)
    const images = [...pending.current.values()]
    for (const image of images) unsent.current.set(image.id, image)
    wait(new Map())
    setDeleting((old) => withImages(old, images))
    // What is under way goes first, and whoever waits waits for all of it.
    running.current = running.current.then(() => (unsent.current.size > 0 ? run() : undefined))
    return running.current
  }, [run, wait])

  useEffect(() => {
    hasEnded.current = false
    return () => {
      hasEnded.current = true
      clearTimeout(timer.current)
      unsent.current.clear()
    }
  }, [])
  // A browser sends only so much for a page that is being left.
  useAskBeforeLeaving(waiting.size + deleting.size > MAX_DELETIONS_AT_LEAVING)
  // Who leaves the page has not taken it back.
  useEffect(() => {
    const onLeave = () => {
      clearTimeout(timer.current)
      for (const id of [...unsent.current.keys(), ...pending.current.keys()])
        void fetch(serverUrl(`/api/images/${id}`), { method: 'DELETE', keepalive: true })
      unsent.current.clear()
      wait(new Map())
    }
    addEventListener('pagehide', onLeave)
    return () => removeEventListener('pagehide', onLeave)
  }, [wait])

  return {
    waiting,
    hidden: useMemo(() => withImages(deleting, [...waiting.values()]), [waiting, deleting]),
    failures,
    request(images) {
      wait(withImages(pending.current, images))
      clearTimeout(timer.current)
      timer.current = setTimeout(() => void deleteNow(), UNDO_MS)
    },
    undo() {
      clearTimeout(timer.current)
      wait(new Map())
    },
    deleteNow,
    dismissFailures: () => setFailures([]),
  }
}

function withImages(old: Images, images: Image[]): Images {
  return new Map([...old, ...images.map((image) => [image.id, image] as const)])
}
