import { useEffect, useRef, useState } from 'react'
import { ApiError, isPassing, uploadImage } from '../api/client.ts'
import { useAskBeforeLeaving } from '../components/use-ask-before-leaving.ts'
import { bytes } from '../messages/format.ts'
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
  /** Sends all files again that could not be added. */
  retry: () => void
  /** Stops what is under way and clears the list. */
  close: () => void
}

/** More would only wait for each other: the server embeds a file before it responds. */
const AT_ONCE = 3

/** The server may be back soon. */
const RETRY_AFTER_MS = 3_000
/** After so many failures it will not succeed. */
const MAX_TRIES = 100

interface Job {
  number: number
  file: File
  directory: string
  /** How often it was sent before, with no answer. */
  tries: number
}

/**
 * Files that were not added because the sign-in expired. The page is replaced by the form of the sign-in meanwhile; afterwards
 * they are shown as failed, and sent when the user asks for it.
 */
let interrupted: Job[] = []

/** Files that are being added to the gallery, a few at a time. */
export function useUploads(): Uploads {
  const [list, setList] = useState<Upload[]>(() =>
    interrupted.map((job) => ({ ...uploadOf(job), state: 'failed', reason: messages.upload.signedOut })),
  )
  const queue = useRef<Job[]>([])
  const failed = useRef<Job[]>(interrupted)
  const sending = useRef(new Set<Job>())
  const last = useRef(interrupted.at(-1)?.number ?? 0)
  const hasExpired = useRef(false)
  const ending = useRef(new AbortController())

  // The rest is not sent by itself in the name of the next user who signs in.
  useEffect(() => {
    interrupted = []
    return () => {
      if (hasExpired.current) interrupted = [...failed.current, ...sending.current, ...queue.current]
      queue.current = []
      ending.current.abort()
    }
  }, [])

  useAskBeforeLeaving(list.some(({ state }) => state === 'waiting' || state === 'sending'))

  const update = (number: number, change: Partial<Upload>) =>
    setList((old) => old.map((upload) => (upload.number === number ? { ...upload, ...change } : upload)))

  const advance = () => {
    while (sending.current.size < AT_ONCE) {
      const next = queue.current.shift()
      if (next === undefined) return
      sending.current.add(next)
      void send(next).finally(() => {
        sending.current.delete(next)
        advance()
      })
    }
  }

  const send = async (job: Job) => {
    const { number, file, directory, tries } = job
    const { signal } = ending.current
    update(number, { state: 'sending', reason: undefined })
    // A folder, or a file that was moved: the browser reports it as if the server were away.
    const canBeRead = await isReadable(file)
    if (signal.aborted) return
    if (!canBeRead) return fail(job, messages.upload.unreadable)
    try {
      await uploadImage(file, directory, {
        onProgress: (share) => update(number, { share }),
        signal,
      })
      update(number, { state: 'done', share: 1 })
    } catch (error) {
      if (signal.aborted) return
      // Sent again, a file that has arrived is not stored twice: the server compares the bytes.
      if (isPassing(error) && tries < MAX_TRIES) return tryAgain(job, error.message)
      hasExpired.current ||= error instanceof ApiError && error.code === 'not_signed_in'
      fail(job, reasonOf(error, file))
    }
  }

  const fail = (job: Job, reason: string) => {
    failed.current.push(job)
    update(job.number, { state: 'failed', reason })
  }

  const tryAgain = async (job: Job, reason: string) => {
    // Others first: the cause may lie in this file.
    queue.current.push({ ...job, tries: job.tries + 1 })
    update(job.number, { state: 'waiting', share: 0, reason })
    await new Promise((resolve) => setTimeout(resolve, RETRY_AFTER_MS))
  }

  return {
    list,
    add(files, directory) {
      const jobs = files.map((file) => ({ number: ++last.current, file, directory, tries: 0 }))
      queue.current.push(...jobs)
      setList((old) => [...old, ...jobs.map(uploadOf)])
      advance()
    },
    retry() {
      const jobs = failed.current.map((job) => ({ ...job, tries: 0 }))
      failed.current = []
      hasExpired.current = false
      queue.current.push(...jobs)
      for (const { number } of jobs) update(number, { state: 'waiting', share: 0, reason: undefined })
      advance()
    },
    close() {
      queue.current = []
      failed.current = []
      ending.current.abort()
      ending.current = new AbortController()
      setList([])
    },
  }
}

function uploadOf({ number, file, directory }: Job): Upload {
  return { number, name: file.name, directory, state: 'waiting', share: 0 }
}

function reasonOf(error: unknown, file: File): string {
  const code = error instanceof ApiError ? error.code : undefined
  if (code === 'too_large_for_proxy') return messages.upload.tooLargeForProxy(bytes(file.size))
  if (code === 'not_signed_in') return messages.upload.signedOut
  return error instanceof Error ? error.message : String(error)
}
