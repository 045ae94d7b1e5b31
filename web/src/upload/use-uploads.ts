import { useEffect, useRef, useState } from 'react'
import { ApiError, isPassing, uploadImage } from '../api/client.ts'

export interface Upload {
  number: number
  name: string
  directory: string
  state: 'waiting' | 'sending' | 'done' | 'failed'
  /** 0…1 of the file that has been sent. */
  share: number
  /** The server's sentence, if it refused. */
  reason?: string
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

interface Job {
  number: number
  file: File
  directory: string
  /** It was sent before, and nobody knows what came of it. */
  isAgain?: boolean
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
    const { number, file, directory, isAgain } = job
    const { signal } = ending.current
    update(number, { state: 'sending' })
    try {
      await uploadImage(file, directory, {
        onProgress: (share) => update(number, { share }),
        signal,
      })
      update(number, { state: 'done', share: 1 })
    } catch (error) {
      if (signal.aborted) return
      if (isPassing(error)) {
        queue.current.unshift({ ...job, isAgain: true })
        update(number, { state: 'waiting', share: 0 })
        await new Promise((resolve) => setTimeout(resolve, RETRY_AFTER_MS))
        return
      }
      if (isAgain && error instanceof ApiError && error.code === 'image_exists')
        return update(number, { state: 'done', share: 1 })
      update(number, { state: 'failed', reason: error instanceof Error ? error.message : String(error) })
    }
  }

  return {
    list,
    add(files, directory) {
      const uploads = files.map((file) => ({ number: ++last.current, file, directory }))
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
