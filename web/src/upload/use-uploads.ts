import { useEffect, useRef, useState } from 'react'
import { isPassing, uploadImage } from '../api/client.ts'
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
  /** The server's sentence if it refused, or the cause of another try. */
  reason?: string | undefined
}

export interface Uploads {
  list: Upload[]
  add: (files: File[], directory: string) => void
  /** Stops what is under way and clears the list. */
  close: () => void
}

/** More would only wait for each other: the server embeds a file before it responds. */
const AT_ONCE = 3

/** The server may be back soon. */
const RETRY_AFTER_MS = 3_000
/** Maximum number of failures of a file. */
const MAX_TRIES = 100

interface Job {
  number: number
  file: File
  directory: string
  /** How often it was sent before, with no answer. */
  tries: number
}

/** Files that are being added to the gallery, a few at a time. */
export function useUploads(): Uploads {
  const [list, setList] = useState<Upload[]>([])
  const queue = useRef<Job[]>([])
  const active = useRef(0)
  const last = useRef(0)
  const ending = useRef(new AbortController())

  // The rest is not sent in the name of the next user who signs in.
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
    // A folder, or a file that was moved: the browser reports it as if the server were away.
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
      // Sent again, a file that has arrived is not stored twice: the server compares the bytes.
      if (isPassing(error) && tries < MAX_TRIES) return retry(job, error.message)
      update(number, { state: 'failed', reason: error instanceof Error ? error.message : String(error) })
    }
  }

  const retry = async (job: Job, reason: string) => {
    // Others first: the cause may lie in this file.
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
