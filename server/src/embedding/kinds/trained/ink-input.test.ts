import { describe, expect, it } from 'vitest'
import type { ImageBatch } from '../../embedder.ts'
import { inkInput } from './ink-input.ts'

const SIDE = 64

/** White sheets with one vertical bar each, given as its first column, its width and its grey. */
function sheets(...bars: [column: number, width: number, grey: number][]): ImageBatch {
  const data = new Float32Array(bars.length * SIDE * SIDE * 3).fill(1)
  for (const [n, [column, width, grey]] of bars.entries()) {
    for (let y = 8; y < SIDE - 8; y++) {
      const start = ((n * SIDE + y) * SIDE + column) * 3
      data.fill(grey, start, start + width * 3)
    }
  }
  return { data, count: bars.length, width: SIDE, height: SIDE }
}

const strongest = ({ data }: ImageBatch, n: number, side: number) =>
  Math.max(...data.subarray(n * side * side * 3, (n + 1) * side * side * 3))

describe('the input of the sketch tower', () => {
  it('is ink on paper: 0 without ink, the same in all channels', () => {
    const { data, width, height, count } = inkInput(sheets([16, 8, 0]), 32)
    expect([width, height, count]).toEqual([32, 32, 1])
    const at = (x: number, y: number) => [...data.subarray((y * 32 + x) * 3, (y * 32 + x) * 3 + 3)]
    expect(at(2, 16)).toEqual([0, 0, 0])
    expect(at(9, 16)).toEqual([1, 1, 1])
  })

  it.each([
    ['faint pencil', [16, 8, 0.75]],
    ['a line thinner than a pixel of the result', [17, 1, 0]],
    ['a thin and faint line', [17, 1, 0.5]],
  ] as const)('has %s as dark as a strong line', (_, bar) => {
    expect(strongest(inkInput(sheets([...bar]), 32), 0, 32)).toBeGreaterThan(0.95)
  })

  it('levels each sketch of a batch by itself', () => {
    const pair = inkInput(sheets([16, 8, 0], [16, 8, 0.75]), 32)
    const [first, second] = [pair.data.subarray(0, 32 * 32 * 3), pair.data.subarray(32 * 32 * 3)]
    for (const [i, value] of first.entries()) expect(second[i]).toBeCloseTo(value, 1)
  })

  it('leaves an empty sheet empty', () => {
    expect(strongest(inkInput(sheets([0, 0, 1]), 32), 0, 32)).toBe(0)
  })
})
