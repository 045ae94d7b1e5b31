import { describe, expect, it } from 'vitest'
import { HeldCopies } from './held-copies.ts'

const [first, second, third] = [1, 2, 3].map((number) => ({ number, hash: 'same' }))

describe('HeldCopies', () => {
  it('holds the files with the bytes of one that is being added until it ends', () => {
    const copies = new HeldCopies()
    expect(copies.hold(first!)).toBe(true)
    expect(copies.hold(second!)).toBe(false)
    expect(copies.hold(third!)).toBe(false)
    expect(copies.hold({ number: 4, hash: 'other' })).toBe(true)
    expect(copies.release(4)).toEqual([])
    expect(copies.release(1)).toEqual([second, third])
    expect(copies.hold(second!)).toBe(true)
    expect(copies.hold(third!)).toBe(false)
  })

  it('lets a file go on that is tried again', () => {
    const copies = new HeldCopies()
    copies.hold(first!)
    expect(copies.hold(first!)).toBe(true)
    copies.hold(second!)
    expect(copies.clear()).toEqual([second])
    expect(copies.hold(third!)).toBe(true)
  })
})
