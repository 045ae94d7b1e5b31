import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { deleteImage, type Image } from '../api/client.ts'
import { messages } from '../messages.ts'

/** So long a deletion can be taken back before it happens. */
const UNDO_MS = 6_000

/** Images that are about to be deleted: hidden at once, deleted when nobody has taken it back. */
export interface Deletion {
  waiting: ReadonlyMap<string, Image>
  /** What could not be deleted, a sentence each. */
  failures: string[]
  request: (images: Image[]) => void
  undo: () => void
  dismissFailures: () => void
}

export function useDeletion(): Deletion {
  const client = useQueryClient()
  const [waiting, setWaiting] = useState<ReadonlyMap<string, Image>>(new Map())
  const [failures, setFailures] = useState<string[]>([])
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const pending = useRef(waiting)
  pending.current = waiting

  const deleteNow = async (images: Image[]) => {
    const failed: string[] = []
    for (const { id, path } of images) {
      await deleteImage(id).catch((error: Error) =>
        failed.push(messages.deletion.failed(path, error.message)),
      )
    }
    await client.invalidateQueries({ queryKey: ['images'] })
    setWaiting((old) => new Map([...old].filter(([id]) => !images.some((image) => image.id === id))))
    setFailures((old) => [...old, ...failed])
  }

  // Who leaves the page has not taken it back.
  useEffect(() => {
    const onLeave = () => {
      for (const id of pending.current.keys())
        void fetch(`/api/images/${id}`, { method: 'DELETE', keepalive: true })
    }
    addEventListener('pagehide', onLeave)
    return () => removeEventListener('pagehide', onLeave)
  }, [])

  return {
    waiting,
    failures,
    request(images) {
      const all = new Map([...waiting, ...images.map((image) => [image.id, image] as const)])
      setWaiting(all)
      clearTimeout(timer.current)
      timer.current = setTimeout(() => void deleteNow([...all.values()]), UNDO_MS)
    },
    undo() {
      clearTimeout(timer.current)
      setWaiting(new Map())
    },
    dismissFailures: () => setFailures([]),
  }
}
