import { threadId } from 'node:worker_threads'

/** Lets one at a time through, among all threads that share it. */
export type RunExclusive = <T>(run: () => Promise<T>) => Promise<T>

const FREE = -1

/** What threads share to take turns. */
export function createSharedLock(): SharedArrayBuffer {
  const shared = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)
  new Int32Array(shared)[0] = FREE
  return shared
}

/** Takes turns with whoever else has what is shared; in one thread, too, only one at a time is let through. */
export function sharedMutex(shared: SharedArrayBuffer): RunExclusive {
  const holder = new Int32Array(shared)
  let last: Promise<unknown> = Promise.resolve()
  return (run) => {
    const result = last.then(async () => {
      for (;;) {
        const other = Atomics.compareExchange(holder, 0, FREE, threadId)
        if (other === FREE) break
        await Atomics.waitAsync(holder, 0, other).value
      }
      try {
        return await run()
      } finally {
        release(shared, threadId)
      }
    })
    last = result.catch(() => {})
    return result
  }
}

/** Ends the turn of a thread, if it is its turn: one that died can't do so itself. */
export function release(shared: SharedArrayBuffer, thread: number): void {
  const holder = new Int32Array(shared)
  if (Atomics.compareExchange(holder, 0, thread, FREE) === thread) Atomics.notify(holder, 0)
}
