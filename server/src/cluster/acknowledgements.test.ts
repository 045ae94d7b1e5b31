import { expect, it } from 'vitest'
import { Acknowledgements, type TakenJob } from './acknowledgements.ts'

const job = (path: string): TakenJob => ({ id: `id of ${path}`, retryCount: 0, data: { path } })

/** @param failures number of requests to the queue that fail at first */
function acknowledge(failures = 0) {
  const steps: string[] = []
  let requests = 0
  const acknowledgements = new Acknowledgements({
    async complete(jobs) {
      if (requests++ < failures) throw new Error('connection terminated')
      steps.push(`end ${jobs.map(({ data }) => data.path).join(' ')}`)
    },
    onUnfinished: (paths) => void steps.push(`look at ${paths.join(' ')}`),
  })
  return { acknowledgements, steps, requests: () => requests }
}

it('ends jobs without waiting for the end of their batch, those of one moment together', async () => {
  const { acknowledgements, steps } = acknowledge()
  acknowledgements.add(job('a'), 'done')
  acknowledgements.add(job('b'), 'gone')
  acknowledgements.add(job('c'), { left: new Error('no drive') })
  await expect.poll(() => steps).toEqual(['end a b', 'look at b'])
  acknowledgements.add(job('d'), 'unsettled')
  await acknowledgements.end()
  expect(steps.slice(2)).toEqual(['end d', 'look at d'])
})

it('loses no file when a slow request fails after a later one was sent', async () => {
  const slow = Promise.withResolvers<void>()
  const steps: string[] = []
  let requests = 0
  const acknowledgements = new Acknowledgements({
    async complete(jobs) {
      if (requests++ === 0) await slow.promise
      steps.push(`end ${jobs.map(({ data }) => data.path).join(' ')}`)
    },
    onUnfinished: (paths) => void steps.push(`look at ${paths.join(' ')}`),
  })
  acknowledgements.add(job('a'), 'gone')
  await expect.poll(() => requests).toBe(1)
  acknowledgements.add(job('b'), 'done')
  // Long enough for another request.
  await new Promise((resolve) => setTimeout(resolve, 200))
  const ended = acknowledgements.end()
  slow.reject(new Error('connection terminated'))
  await ended
  expect(steps).toContain('look at a')
})

it('leaves jobs that are done to the end of the batch', async () => {
  const { acknowledgements, steps } = acknowledge()
  acknowledgements.add(job('a'), 'done')
  await acknowledgements.end()
  expect(steps).toEqual([])
})

it('tries again at the end of the batch, and fails if a file would not be looked at', async () => {
  const { acknowledgements, steps, requests } = acknowledge(2)
  acknowledgements.add(job('a'), 'gone')
  await expect.poll(requests).toBe(1)
  await expect(acknowledgements.end()).rejects.toThrow('connection terminated')
  await acknowledgements.end()
  expect(steps).toEqual(['end a', 'look at a'])
})
