import { useEffect, useState } from 'react'
import type { Trace } from '../sketch/use-trace.tsx'

/** A picture that lies under the sheet to be traced; it is never searched with. @param onDraw shows the sheet */
export function useTrace(onDraw: () => void): Trace {
  const [url, setUrl] = useState<string>()
  // Of a picture that was chosen from a file.
  useEffect(() => () => URL.revokeObjectURL(url ?? ''), [url])
  return {
    url,
    onEnd: () => setUrl(undefined),
    onTrace: (next: string) => {
      setUrl(next)
      onDraw()
    },
  }
}
