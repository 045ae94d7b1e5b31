import { expect, it, vi } from 'vitest'
import { FileQueue } from './queue.ts'

const file = (path: string, modifiedAt = 1) => ({ path, bytes: 10, modifiedAt })

it('returns files in the order of their addition', () => {
  const queue = new FileQueue()
  for (const path of ['a', 'b']) queue.add(file(path))
  expect(queue.next().path).toBe('a')
  queue.add(file('c'))
  expect([queue.next().path, queue.next().path]).toEqual(['b', 'c'])
  expect(queue.isEmpty).toBe(true)
  queue.add(file('d'))
  expect(queue.next()).toEqual({ path: 'd', version: file('d') })
})

it('adds only newer versions of a file that waits or is in progress', () => {
  const queue = new FileQueue()
  queue.add(file('a'))
  queue.add(file('a'))
  expect(queue.size).toBe(1)
  const { version } = queue.next()
  queue.add(file('a'))
  expect(queue.size).toBe(0)
  queue.add(file('a', 2))
  expect(queue.size).toBe(1)
  queue.end(version)
  queue.add(file('a'))
  expect(queue.next().version).toEqual(file('a'))
})

it('reports a version as done that a newer one replaces', async () => {
  const queue = new FileQueue()
  const outcome = queue.waitFor(file('a'))
  queue.add(file('a'))
  queue.add(file('a', 2))
  expect(await outcome).toBe('done')
})

it('adds a path without a version only if it does not wait', () => {
  const queue = new FileQueue()
  queue.add(file('a'))
  queue.addPath('a')
  queue.addPath('b')
  expect([queue.next(), queue.next()]).toEqual([
    { path: 'a', version: file('a') },
    { path: 'b', version: undefined },
  ])
})

it('adds an unsettled file again after a pause, unless a newer version waits', async () => {
  const queue = new FileQueue()
  const onDue = vi.fn()
  const outcome = queue.waitFor(file('b'))
  queue.retryLater({ path: 'a', version: file('a') }, 5, onDue)
  queue.retryLater({ path: 'b', version: file('b') }, 5, onDue)
  queue.add(file('b', 2))
  expect([queue.size, queue.next().version]).toEqual([3, file('b', 2)])
  queue.add(file('b', 3))
  await expect.poll(() => onDue.mock.calls.length).toBe(2)
  expect(await outcome).toBe('done')
  const versions = [queue.next().version, queue.next().version]
  expect(versions.map((version) => [version?.path, version?.modifiedAt])).toEqual([
    ['b', 3],
    ['a', 1],
  ])
})

it('leaves the remaining files to the next start when it is closed', async () => {
  const queue = new FileQueue()
  const outcomes = ['a', 'b'].map((path) => queue.waitFor(file(path)))
  queue.add(file('a'))
  queue.retryLater({ path: 'b', version: file('b') }, 60_000, () => {})
  queue.close()
  expect(await Promise.all(outcomes)).toEqual([{ left: 'closed' }, { left: 'closed' }])
  expect(queue.size).toBe(0)
})

it('rereads a file that is being indexed, and once only', async () => {
  const queue = new FileQueue()
  const reread = { ...file('a'), isReread: true }
  const [indexed, rereads] = [queue.waitFor(file('a')), queue.waitFor(reread)]
  queue.add(file('a'))
  const { version } = queue.next()
  queue.add(reread)
  // It replaces neither the reread that waits, nor one that is in progress.
  queue.add(file('a'))
  queue.end(version)
  queue.resolve(version, 'done')
  expect(await indexed).toBe('done')
  expect(queue.next().version).toEqual(reread)
  queue.add(file('a'))
  queue.add(reread)
  expect(queue.size).toBe(0)
  const again = queue.waitFor(file('a'))
  queue.resolve(reread, 'gone')
  expect([await rereads, await again]).toEqual(['gone', 'gone'])
})

it('rereads a file that is still being written to, although the same version is added later', async () => {
  const queue = new FileQueue()
  const reread = { ...file('a'), isReread: true }
  queue.retryLater({ path: 'a', version: reread }, 60_000, () => {})
  const onDue = vi.fn()
  queue.retryLater({ path: 'a', version: file('a') }, 5, onDue)
  queue.add(file('a'))
  await expect.poll(() => onDue.mock.calls.length).toBe(1)
  expect([queue.next().version, queue.size]).toEqual([reread, 0])
})

it('measures how long a caller has waited for a file that is being written to', async () => {
  const queue = new FileQueue()
  expect(queue.isOverdue(file('a'), -1)).toBe(false)
  void queue.waitFor(file('a'))
  expect(queue.isOverdue(file('a'), 1)).toBe(false)
  await expect.poll(() => queue.isOverdue(file('a'), 1)).toBe(true)
  queue.resolve(file('a'), 'unsettled')
  void queue.waitFor(file('a'))
  expect(queue.isOverdue(file('a'), 1)).toBe(false)
})
