import { Worker } from 'node:worker_threads'
import { describe, expect, it } from 'vitest'
import { createSharedTurn, release, takeTurns } from './decode-lock.ts'

describe('taking turns', () => {
  it('lets one at a time through, also of several that share it', async () => {
    const shared = createSharedTurn()
    const turns = [takeTurns(shared), takeTurns(shared)]
    let inside = 0
    let most = 0
    const results = await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        turns[n % 2]!(async () => {
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
    const shared = createSharedTurn()
    const turn = takeTurns(shared)
    await expect(turn(() => Promise.reject(new Error('no')))).rejects.toThrow('no')
    const worker = new Worker(
      `const { workerData, threadId } = require('node:worker_threads')
       Atomics.store(new Int32Array(workerData), 0, threadId)`,
      { eval: true, workerData: shared },
    )
    const { threadId } = worker
    await new Promise((resolve) => worker.once('exit', resolve))
    const later = turn(async () => 'done')
    release(shared, threadId + 1)
    expect(await Promise.race([later, new Promise((resolve) => setTimeout(resolve, 50, 'waiting'))])).toBe(
      'waiting',
    )
    release(shared, threadId)
    expect(await later).toBe('done')
  })
})
