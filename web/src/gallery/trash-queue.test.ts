import { describe, expect, it } from 'vitest'
import type { Image } from '../api/client.ts'
import { TrashQueue } from './trash-queue.ts'

const [A, B, C] = ['a', 'b', 'c'].map((id) => ({ id, path: `${id}.png` }) as Image) as [Image, Image, Image]

describe('a queue of pictures for the trash', () => {
  it('is sent in the order in which pictures were moved', () => {
    const queue = new TrashQueue()
    queue.add([A, B], 0, true)
    queue.add([C], 1, true)
    expect([queue.next(), queue.next(), queue.next(), queue.next()]).toEqual([A, B, C, undefined])
  })

  it.each([
    ['within ten seconds together', 9_999, [A, B]],
    ['later alone', 10_000, [B]],
  ])('undoes what was moved %s', (_, later, undone) => {
    const queue = new TrashQueue()
    expect(queue.add([A], 0, true)).toBe(1)
    expect(queue.add([B], later, true)).toBe(undone.length)
    expect(queue.undo()).toEqual({ unsent: undone, sent: [] })
  })

  it('takes unsent pictures back without the server, and names the others', () => {
    const queue = new TrashQueue()
    queue.add([A, B], 0, true)
    queue.next()
    expect(queue.undo()).toEqual({ unsent: [B], sent: [A] })
    expect(queue.size).toBe(0)
    expect(queue.undo()).toEqual({ unsent: [], sent: [] })
  })

  it('does not bring back pictures that could not be moved, or are deleted at once', () => {
    const queue = new TrashQueue()
    queue.add([A, B], 0, true)
    queue.fail(queue.next()!)
    queue.next()
    expect(queue.undo()).toEqual({ unsent: [], sent: [B] })
    expect(queue.add([C], 1, false)).toBe(0)
    expect(queue.undo()).toEqual({ unsent: [], sent: [] })
    expect(queue.size).toBe(1)
  })

  it('brings back what could not be restored at the next Undo', () => {
    const queue = new TrashQueue()
    queue.add([A, B], 0, true)
    queue.next()
    queue.next()
    queue.undo()
    queue.notRestored([A, B])
    expect(queue.leave().restoring).toEqual([])
    expect(queue.undo()).toEqual({ unsent: [], sent: [A, B] })
    queue.add([C], 1, true)
    queue.notRestored([A, B])
    expect(queue.undo()).toEqual({ unsent: [C], sent: [A, B] })
  })

  it('names unsent and half restored pictures when the page is left', () => {
    const queue = new TrashQueue()
    queue.add([A], 0, true)
    queue.next()
    queue.undo()
    queue.add([B, C], 1, true)
    expect(queue.leave()).toEqual({ unsent: ['b', 'c'], restoring: ['a'] })
    queue.restored([A])
    expect(queue.leave()).toEqual({ unsent: [], restoring: [] })
  })
})
