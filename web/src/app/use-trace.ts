import { useEffect, useState } from 'react'
import type { Trace } from '../sketch/use-trace.tsx'

/** A picture that lies under the sheet to be traced; it is never searched with. @param onDraw shows the sheet */
export function useTrace(onDraw: () => void): Trace {
  const [url, setUrl] = useState<string>()
  // A picture from a file has a URL of its own, which keeps its bytes in memory.
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
