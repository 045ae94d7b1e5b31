import { useEffect, useRef, useState } from 'react'
import { onSignedOut } from '../api/client.ts'
import { useAskBeforeLeaving } from '../components/use-ask-before-leaving.ts'
import { messages } from '../messages/messages.ts'
import { type Job, type Upload, UploadQueue } from './upload-queue.ts'

export interface Uploads {
  list: Upload[]
  add: (files: File[], directory: string) => void
  /** Sends all files again that could not be added. */
  retry: () => void
  /** Stops what is under way and clears the list. */
  close: () => void
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
  const last = useRef(Math.max(0, ...interrupted.map(({ number }) => number)))
  const queue = useRef<UploadQueue>(undefined)
  useEffect(() => {
    queue.current = new UploadQueue(interrupted, (number, change) => setList(changed(number, change)))
    interrupted = []
    // The rest is not sent by itself in the name of the next user who signs in.
    const endReports = onSignedOut(() => queue.current!.expire())
    return () => {
      endReports()
      interrupted = queue.current!.close()
    }
  }, [])
  useAskBeforeLeaving(list.some(({ state }) => state === 'waiting' || state === 'sending'))

  return {
    list,
    add(files, directory) {
      const jobs = files.map((file) => ({ number: ++last.current, file, directory, tries: 0 }))
      setList((old) => [...old, ...jobs.map(uploadOf)])
      queue.current!.add(jobs)
    },
    retry: () => queue.current!.retry(),
    close() {
      queue.current!.close()
      queue.current = new UploadQueue([], (number, change) => setList(changed(number, change)))
      setList([])
    },
  }
}

function changed(number: number, change: Partial<Upload>) {
  return (old: Upload[]) =>
    old.map((upload) => (upload.number === number ? { ...upload, ...change } : upload))
}

function uploadOf({ number, file, directory }: Job): Upload {
  return { number, name: file.name, directory, state: 'waiting', share: 0 }
}
