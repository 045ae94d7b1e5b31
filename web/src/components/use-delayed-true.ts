import { useEffect, useState } from 'react'

/** What takes no longer is not worth saying. */
const SHORT_MS = 300

/** Whether something has been so for more than a moment. */
export function useDelayedTrue(value: boolean): boolean {
  const [isLasting, setLasting] = useState(false)
  useEffect(() => {
    if (!value) return
    const timer = setTimeout(() => setLasting(true), SHORT_MS)
    return () => {
      clearTimeout(timer)
      setLasting(false)
    }
  }, [value])
  return isLasting
}
