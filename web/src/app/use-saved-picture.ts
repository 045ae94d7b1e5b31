import { useCallback, useRef, useState } from 'react'
import { saveQuery } from '../api/client.ts'
import { messages } from '../messages/messages.ts'
import { isReadable } from '../upload/picture-file.ts'

/** A picture on its way to the server, which keeps it for a while. */
export interface SavedPicture {
  /** Saves a picture; a newer call replaces an older one. */
  keep: (picture: Blob) => void
  /** Ignores a picture that is still being sent. */
  cancel: () => void
  /** Share that has been sent, 0…1; undefined while idle. */
  share: number | undefined
  /** Why the last one was refused. */
  error: string | undefined
}

export function useSavedPicture(onKept: (id: string) => void): SavedPicture {
  const [share, setShare] = useState<number>()
  const [error, setError] = useState<string>()
  const current = useRef<AbortController>(undefined)
  const latest = useRef(onKept)
  latest.current = onKept
  const keep = useCallback(async (picture: Blob) => {
    current.current?.abort()
    const sending = new AbortController()
    current.current = sending
    setError(undefined)
    setShare(0)
    try {
      // A folder, or a file that is no longer where it was.
      if (!(await isReadable(picture))) throw new Error(messages.upload.unreadable)
      const { id } = await saveQuery(picture, 'auto', { onProgress: setShare, signal: sending.signal })
      if (!sending.signal.aborted) latest.current(id)
    } catch (reason) {
      if (!sending.signal.aborted) setError(reason instanceof Error ? reason.message : String(reason))
    }
    if (current.current === sending) setShare(undefined)
  }, [])
  const cancel = useCallback(() => {
    current.current?.abort()
    current.current = undefined
    setShare(undefined)
    setError(undefined)
  }, [])
  return { keep: useCallback((picture) => void keep(picture), [keep]), cancel, share, error }
}
