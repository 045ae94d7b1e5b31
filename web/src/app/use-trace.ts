import { useCallback, useState } from 'react'

export interface Trace {
  url: string | undefined
  onEnd: () => void
  onTrace: (url: string) => void
}

/** A picture that lies under the sheet to be traced; it is never searched with. @param onDraw shows the sheet */
export function useTrace(onDraw: () => void): Trace {
  const [url, setUrl] = useState<string>()
  return {
    url,
    onEnd: useCallback(() => setUrl(undefined), []),
    onTrace: (next: string) => {
      setUrl(next)
      onDraw()
    },
  }
}
