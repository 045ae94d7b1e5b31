import { setImmediate } from 'node:timers/promises'

/** Longest part of a calculation that keeps the thread from other requests. */
const MAX_UNINTERRUPTED_MS = 20

/**
 * Returns a function for a long calculation to call between its steps, so that other requests are answered meanwhile.
 * It throws the reason of the signal once that is aborted.
 */
export function createPause(signal: AbortSignal | undefined): () => Promise<void> {
  let resumedAt = performance.now()
  return async () => {
    if (performance.now() - resumedAt < MAX_UNINTERRUPTED_MS) return
    await setImmediate()
    signal?.throwIfAborted()
    resumedAt = performance.now()
  }
}
