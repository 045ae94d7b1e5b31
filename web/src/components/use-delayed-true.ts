import { useEffect, useState } from 'react'

/** Shorter waits are not shown. */
const DELAY_MS = 300

/** Whether a value has been true for more than a moment. */
export function useDelayedTrue(value: boolean): boolean {
  const [isLasting, setLasting] = useState(false)
  useEffect(() => {
    if (!value) return
    const timer = setTimeout(() => setLasting(true), DELAY_MS)
    return () => {
      clearTimeout(timer)
      setLasting(false)
    }
  }, [value])
  return isLasting
}
