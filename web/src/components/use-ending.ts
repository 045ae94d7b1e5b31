import { useCallback, useEffect, useRef } from 'react'

/**
 * Returns the present signal of a component, for what it begins. It is aborted when the component is removed, or shows something else:
 * an answer that arrives then may not act on what the user sees meanwhile.
 * @param shown identifies what the component shows
 */
export function useEnding(shown?: string): () => AbortSignal {
  const present = useRef(new AbortController())
  // biome-ignore lint/correctness/useExhaustiveDependencies: each thing that is shown has a signal of its own
  useEffect(() => {
    const own = new AbortController()
    present.current = own
    return () => own.abort()
  }, [shown])
  return useCallback(() => present.current.signal, [])
}
