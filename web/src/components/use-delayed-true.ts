import { useEffect, useState } from 'react'

/** What takes no longer is not worth saying. */
const SHORT_MS = 300

/** Whether something has been so for more than a moment. */
export function useLasting(isSo: boolean): boolean {
  const [isLasting, setLasting] = useState(false)
  useEffect(() => {
    if (!isSo) return
    const timer = setTimeout(() => setLasting(true), SHORT_MS)
    return () => {
      clearTimeout(timer)
      setLasting(false)
    }
  }, [isSo])
  return isLasting
}
