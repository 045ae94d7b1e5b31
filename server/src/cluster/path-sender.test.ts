import { expect, it } from 'vitest'
import { PathSender } from './path-sender.ts'

/** A sender whose first requests fail, and the paths of the others. */
function senderWith({ failures = 0, retryAfterMs = 5, during = (_request: number) => {} }) {
  const sent: string[][] = []
  let requests = 0
  const sender = new PathSender(async (paths) => {
    during(++requests)
    if (requests <= failures) throw new Error('connection terminated')
    sent.push(paths)
  }, retryAfterMs)
  return { sender, sent, requests: () => requests }
}

it('sends paths again until the database answers, together with those that came meanwhile', async () => {
  const during = (request: number) => {
    if (request === 2) sender.add(['c', 'a'])
  }
  const { sender, sent, requests } = senderWith({ failures: 3, during })
  sender.add(['a', 'b'])
  await expect.poll(() => sent.flat().sort()).toEqual(['a', 'b', 'c'])
  expect(requests()).toBe(4)
})

it('sends a path once more that is added while it is being sent', async () => {
  const during = (request: number) => {
    if (request === 1) sender.add(['a'])
  }
  const { sender, sent } = senderWith({ during })
  sender.add(['a'])
  await expect.poll(() => sent).toEqual([['a'], ['a']])
})

it('tries each path once after it is closed', async () => {
  const { sender, sent, requests } = senderWith({ failures: 2, retryAfterMs: 60_000 })
  sender.add(['a'])
  await expect.poll(requests).toBe(1)
  sender.close()
  await expect.poll(requests).toBe(2)
  sender.add(['b'])
  await expect.poll(() => sent).toEqual([['b']])
})
