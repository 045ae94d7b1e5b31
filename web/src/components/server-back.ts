import { useEffect, useRef } from 'react'

const server = new EventTarget()
const BACK = 'back'

/** Reports that the server can be reached again. */
export function reportServerBack(): void {
  server.dispatchEvent(new Event(BACK))
}

/** Tries again what failed while the server was away. */
export function useServerBack(retry: () => void): void {
  const latest = useRef(retry)
  latest.current = retry
  useEffect(() => {
    const onBack = () => latest.current()
    server.addEventListener(BACK, onBack)
    return () => server.removeEventListener(BACK, onBack)
  }, [])
}
