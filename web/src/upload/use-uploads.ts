import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { type IndexStatus, onSignedOut } from '../api/client.ts'
import { usePartMissing } from '../components/lazy-part.tsx'
import { useAskBeforeLeaving } from '../components/use-ask-before-leaving.ts'
import { messages } from '../messages/messages.ts'
import type { Decision } from './decisions.ts'
import type { Job, Upload, UploadQueue } from './upload-queue.ts'

export interface Uploads {
  list: Upload[]
  /** Number of files that are neither added nor refused yet. */
  openCount: number
  add: (files: File[], directory: string) => void
  /** Answers the question about a file, or about all files with the same question. */
  decide: (number: number, decision: Decision, isForAll: boolean) => void
  /** Sends all files again that could not be added. */
  retry: () => void
  /** Stops the current uploads and clears the list. */
  close: () => void
}

/**
 * Files that were not added because the sign-in expired, or because the code of the queue is missing. The page is replaced by the form of
 * the sign-in meanwhile; afterwards they are shown as failed, and sent when the user asks for it.
 */
let interrupted: Job[] = []

/** Loads the queue, which no page needs before the first file. */
export const loadUploadQueue = () => import('./upload-queue.ts')

const OPEN_STATES: Upload['state'][] = ['waiting', 'sending', 'asked']

/** Files that are being added to the gallery, a few at a time. */
export function useUploads(): Uploads {
  const [list, setList] = useState<Upload[]>(() =>
    interrupted.map((job) => ({ ...uploadOf(job), state: 'failed', reason: messages.upload.signedOut })),
  )
  const last = useRef(Math.max(0, ...interrupted.map(({ number }) => number)))
  const queue = useRef<UploadQueue>(undefined)
  /** Files that wait for the code of the queue; another list after the uploads were ended. */
  const waiting = useRef<Job[]>([])
  const client = useQueryClient()
  const showMissing = usePartMissing()
  const change = (number: number, part: Partial<Upload>) =>
    setList((old) => old.map((upload) => (upload.number === number ? { ...upload, ...part } : upload)))
  /** Adds the files that wait. @returns undefined if the uploads were ended meanwhile */
  const open = async () => {
    const own = waiting.current
    const { UploadQueue } = await loadUploadQueue()
    if (own !== waiting.current) return undefined
    if (queue.current === undefined) {
      const maxBytes = () => client.getQueryData<IndexStatus>(['status'])?.max_upload_bytes
      queue.current = new UploadQueue(interrupted, change, maxBytes)
      interrupted = []
    }
    queue.current.add(own.splice(0))
    return queue.current
  }
  /** @returns the files that waited */
  const end = () => {
    const left = waiting.current.splice(0)
    waiting.current = []
    return left
  }
  // biome-ignore lint/correctness/useExhaustiveDependencies: at the end of the page
  useEffect(() => {
    // The rest is not sent by itself in the name of the next user who signs in.
    const endReports = onSignedOut(() => queue.current?.expire())
    return () => {
      endReports()
      interrupted = [...(queue.current?.close() ?? interrupted), ...end()]
      queue.current = undefined
    }
  }, [])
  const openCount = list.filter(({ state }) => OPEN_STATES.includes(state)).length
  useAskBeforeLeaving(openCount > 0)

  return {
    list,
    openCount,
    add(files, directory) {
      const jobs = files.map((file): Job => {
        const number = ++last.current
        return { number, file, directory, tries: 0, isChecked: false, onConflict: 'refuse' }
      })
      setList((old) => [...old, ...jobs.map(uploadOf)])
      const own = waiting.current
      own.push(...jobs)
      open().catch(() => {
        const left = own.splice(0)
        interrupted = [...interrupted, ...left]
        for (const { number } of left) change(number, { state: 'failed', reason: messages.app.partMissing })
      })
    },
    decide: (number, decision, isForAll) => queue.current?.decide(number, decision, isForAll),
    retry: () => void open().then((opened) => opened?.retry(), showMissing),
    close() {
      end()
      queue.current?.close()
      queue.current = undefined
      interrupted = []
      setList([])
    },
  }
}

function uploadOf({ number, file, directory }: Job): Upload {
  return { number, file, directory, state: 'waiting', share: 0 }
}
