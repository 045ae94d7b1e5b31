import { useEffect, useRef, useState } from 'react'
import { ApiError, isPassing, listImages, uploadImage } from '../api/client.ts'
import { useAskBeforeLeaving } from '../components/use-ask-before-leaving.ts'
import { messages } from '../messages/messages.ts'
import { isReadable } from './picture-file.ts'

export interface Upload {
  number: number
  name: string
  directory: string
  state: 'waiting' | 'sending' | 'done' | 'failed'
  /** 0…1 of the file that has been sent. */
  share: number
  /** The server's sentence, if it refused, or why it is sent again. */
  reason?: string | undefined
}

export interface Uploads {
  list: Upload[]
  add: (files: File[], directory: string) => void
  /** Ends what is under way and takes the list away. */
  close: () => void
}

/** More would only wait for each other: the server embeds each file before it answers. */
const AT_ONCE = 3

/** The server may be back soon. */
const RETRY_AFTER_MS = 3_000
/** What fails so often will not succeed. */
const MAX_TRIES = 100

interface Job {
  number: number
  file: File
  directory: string
  /** So often it was sent before, and nobody knows what came of it. */
  tries: number
}

/** Files that are being added to the gallery, a few at a time. */
export function useUploads(): Uploads {
  const [list, setList] = useState<Upload[]>([])
  const queue = useRef<Job[]>([])
  const active = useRef(0)
  const last = useRef(0)
  const ending = useRef(new AbortController())

  // What is left is not sent in the name of whoever signs in next.
  useEffect(
    () => () => {
      queue.current = []
      ending.current.abort()
    },
    [],
  )

  useAskBeforeLeaving(list.some(({ state }) => state === 'waiting' || state === 'sending'))

  const update = (number: number, change: Partial<Upload>) =>
    setList((old) => old.map((upload) => (upload.number === number ? { ...upload, ...change } : upload)))

  const advance = () => {
    while (active.current < AT_ONCE) {
      const next = queue.current.shift()
      if (next === undefined) return
      active.current++
      void send(next).finally(() => {
        active.current--
        advance()
      })
    }
  }

  const send = async (job: Job) => {
    const { number, file, directory, tries } = job
    const { signal } = ending.current
    update(number, { state: 'sending' })
    // A folder, or a file that is no longer where it was: the browser would tell it as if the server were away.
    const canBeRead = await isReadable(file)
    if (signal.aborted) return
    if (!canBeRead) return update(number, { state: 'failed', reason: messages.upload.unreadable })
    try {
      await uploadImage(file, directory, {
        onProgress: (share) => update(number, { share }),
        signal,
      })
      update(number, { state: 'done', share: 1, reason: undefined })
    } catch (error) {
      if (signal.aborted) return
      if (isPassing(error) && tries < MAX_TRIES) return retry(job, error.message)
      if (tries > 0 && error instanceof ApiError && error.code === 'image_exists') {
        // Cameras give the same names again: only what is as large may be what was sent before.
        const there = await sizeOf(file.name, directory, signal)
        if (signal.aborted) return
        if (there === file.size) return update(number, { state: 'done', share: 1, reason: undefined })
        // It may be on its way into the index.
        if (there === undefined && tries < MAX_TRIES) return retry(job, error.message)
      }
      update(number, { state: 'failed', reason: error instanceof Error ? error.message : String(error) })
    }
  }

  const retry = async (job: Job, reason: string) => {
    // Others first: what keeps this one from being sent may be its own.
    queue.current.push({ ...job, tries: job.tries + 1 })
    update(job.number, { state: 'waiting', share: 0, reason })
    await new Promise((resolve) => setTimeout(resolve, RETRY_AFTER_MS))
  }

  return {
    list,
    add(files, directory) {
      const uploads = files.map((file) => ({ number: ++last.current, file, directory, tries: 0 }))
      queue.current.push(...uploads)
      setList((old) => [
        ...old,
        ...uploads.map(({ number, file }) => ({
          number,
          name: file.name,
          directory,
          state: 'waiting' as const,
          share: 0,
        })),
      ])
      advance()
    },
    close() {
      queue.current = []
      ending.current.abort()
      ending.current = new AbortController()
      setList([])
    },
  }
}

/** @returns the bytes of the image that bears a name; undefined if none is known yet, or that can't be found out */
async function sizeOf(name: string, directory: string, signal: AbortSignal): Promise<number | undefined> {
  const newest = { page: 1, items_per_page: 100, order_by: 'modified_at', direction: 'descending' } as const
  const parameters = { ...newest, name_contains: name, directory, recursive: false }
  const { images } = await listImages(parameters, signal).catch(() => ({ images: [] }))
  return images.find(({ user_visible_name }) => user_visible_name === name)?.bytes
}
