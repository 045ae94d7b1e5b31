import { Worker } from 'node:worker_threads'
import { describe, expect, it } from 'vitest'
import { createSharedLock, release, sharedMutex } from './decode-lock.ts'

describe('taking turns', () => {
  it('lets one at a time through, also of several that share it', async () => {
    const shared = createSharedLock()
    const mutexes = [sharedMutex(shared), sharedMutex(shared)]
    let inside = 0
    let most = 0
    const results = await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        mutexes[n % 2]!(async () => {
          most = Math.max(most, ++inside)
          await new Promise((resolve) => setTimeout(resolve, 2))
          inside--
          return n
        }),
      ),
    )
    expect(most).toBe(1)
    expect(results).toEqual(Array.from({ length: 20 }, (_, n) => n))
  })

  it('goes on after one that failed, and after a thread that died in its turn', async () => {
    const shared = createSharedLock()
    const decodeLock = sharedMutex(shared)
    await expect(decodeLock(() => Promise.reject(new Error('no')))).rejects.toThrow('no')
    const worker = new Worker(
      `const { workerData, threadId } = require('node:worker_threads')
       Atomics.store(new Int32Array(workerData), 0, threadId)`,
      { eval: true, workerData: shared },
    )
    const { threadId } = worker
    await new Promise((resolve) => worker.once('exit', resolve))
    const later = decodeLock(async () => 'done')
    release(shared, threadId + 1)
    expect(await Promise.race([later, new Promise((resolve) => setTimeout(resolve, 50, 'waiting'))])).toBe(
      'waiting',
    )
    release(shared, threadId)
    expect(await later).toBe('done')
  })
})
