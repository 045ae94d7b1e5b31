import { describe, expect, it } from 'vitest'
import { type Job, JobQueue } from './jobs.ts'

const BATCH = { batchSize: 4, sketchBatchSize: 8 }

/** A job of which each item is embedded as a vector with its number. */
function openJob(priority: Job['priority'], ...names: string[]) {
  const { promise, resolve, reject } = Promise.withResolvers<Float32Array[]>()
  const job: Job = {
    items: names,
    kind: 'text',
    priority,
    attempts: 0,
    resolve: (results) => resolve(results as Float32Array[]),
    reject,
  }
  return { job, results: promise }
}

function answer(job: Job | undefined): void {
  job?.resolve(job.items.map((name) => Float32Array.of(Number(name))))
}

describe('queries', () => {
  it('of one kind are combined up to the size of a batch of this kind', () => {
    const jobs = new JobQueue()
    for (let n = 0; n < 9; n++) {
      jobs.add({ ...openJob('query', `${n}`).job, kind: 'sketch' })
      jobs.add(openJob('query', `${n}`).job)
    }
    expect(jobs.next(BATCH)?.items).toHaveLength(8)
    expect(jobs.next(BATCH)?.items).toHaveLength(4)
    const { batchSize } = BATCH
    jobs.add({ ...openJob('query', '10').job, kind: 'sketch' })
    expect([jobs.next({ batchSize })?.items.length, jobs.next({ batchSize })?.items.length]).toEqual([4, 2])
  })
})

describe('jobs of indexing', () => {
  it('are whole batches while nobody searches', () => {
    const jobs = new JobQueue()
    jobs.add(openJob('bulk', '1', '2', '3').job)
    expect(jobs.next(BATCH)?.items).toEqual(['1', '2', '3'])
  })

  it('wait for a query that is announced, and go on when it ends', () => {
    const jobs = new JobQueue()
    let ended = 0
    const end = jobs.announceQuery(() => ended++)
    const endOther = jobs.announceQuery(() => ended++)
    jobs.add(openJob('bulk', '1').job)
    expect(jobs.next(BATCH)).toBeUndefined()
    jobs.add(openJob('query', '7').job)
    expect(jobs.next(BATCH)?.items).toEqual(['7'])
    end()
    end()
    expect(jobs.next(BATCH)).toBeUndefined()
    endOther()
    expect(ended).toBe(1)
    expect(jobs.next(BATCH)?.items).toEqual(['1'])
  })

  it('do not wait for an announced query that does not come', async () => {
    const jobs = new JobQueue()
    jobs.add(openJob('bulk', '1').job)
    await new Promise<void>((resolve) => void jobs.announceQuery(resolve))
    expect(jobs.next(BATCH)?.items).toEqual(['1'])
  })

  it('are embedded item by item after a query, with the results in order', async () => {
    const jobs = new JobQueue()
    jobs.announceQuery(() => {})()
    const bulk = openJob('bulk', '1', '2', '3')
    jobs.add(bulk.job)
    const sizes: number[] = []
    for (let job = jobs.next(BATCH); job !== undefined; job = jobs.next(BATCH)) {
      sizes.push(job.items.length)
      answer(job)
    }
    expect(sizes).toEqual([1, 1, 1])
    expect((await bulk.results).map(([value]) => value)).toEqual([1, 2, 3])
  })

  it('fail as a whole if an item fails', async () => {
    const jobs = new JobQueue()
    jobs.announceQuery(() => {})()
    const bulk = openJob('bulk', '1', '2')
    jobs.add(bulk.job)
    const failed = expect(bulk.results).rejects.toThrow('broken')
    jobs.next(BATCH)?.reject(new Error('broken') as Parameters<Job['reject']>[0])
    await failed
  })
})
