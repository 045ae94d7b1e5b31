import { describe, expect, it } from 'vitest'
import { BLOCK_SIZE, GridLayout, type Section } from './grid-layout.ts'

const MEASURES = { width: 760, rowHeight: 158, gap: 6, headHeight: 34 }
const section = (key: string, count: number): Section => ({
  key,
  title: key,
  detail: String(count),
  count,
  meanAspect: 1.4,
})
const aspectAt = (index: number) => [1.5, 0.7, 1.33, 1.78][index % 4]

describe('a layout', () => {
  it('holds a million pictures, and finds each', () => {
    const layout = new GridLayout([section('a', 600_000), section('b', 400_000)], MEASURES)
    const last = layout.rowOf(999_999)!
    expect(last.index + last.widths.length).toBe(1_000_000)
    expect(last.top + last.height + MEASURES.gap).toBeCloseTo(layout.height, 3)
    const middle = layout.rowAt(layout.height / 2)!
    expect(middle.top).toBeLessThanOrEqual(layout.height / 2)
    expect(layout.rowOf(middle.index)).toEqual(middle)
    const tops = layout.sectionTops()
    expect(tops.map(({ section: { key } }) => key)).toEqual(['a', 'b'])
    expect(tops[1]!.top).toBeCloseTo(layout.rowOf(600_000)!.top - MEASURES.headHeight, 3)
  })

  it('places measured rows one below the other, in order, under their titles', () => {
    const layout = new GridLayout([section('a', 250), section('b', 130)], MEASURES)
    expect(layout.measure(0, layout.height, aspectAt)).toBe(true)
    expect(layout.measure(0, layout.height, aspectAt)).toBe(false)
    const { rows, heads } = layout.visible(0, layout.height)
    expect(heads.map(({ section: { key } }) => key)).toEqual(['a', 'b'])
    let [index, bottom] = [0, 0]
    for (const row of rows) {
      expect(row.index).toBe(index)
      expect(row.top).toBeGreaterThanOrEqual(bottom)
      index += row.widths.length
      bottom = row.top + row.height
    }
    expect(index).toBe(380)
    expect(rows.map(({ number }) => number)).toEqual(rows.map((_, n) => n))
  })

  it('gives no room to a title that is shown elsewhere', () => {
    const first = { ...section('a', 250), isHeadless: true }
    const layout = new GridLayout([first, section('b', 130)], MEASURES)
    layout.measure(0, layout.height, aspectAt)
    const { rows, heads } = layout.visible(0, layout.height)
    expect(rows[0]!.top).toBe(0)
    expect(heads.map(({ section: { key } }) => key)).toEqual(['b'])
  })

  it('keeps the parts above a measured one, and moves those below', () => {
    const layout = new GridLayout([section('a', 4 * BLOCK_SIZE)], MEASURES)
    const before = layout.rowOf(BLOCK_SIZE)!.top
    const third = layout.rowOf(2 * BLOCK_SIZE)!.top
    layout.measure(before + 1, before + 2, aspectAt)
    expect(layout.rowOf(BLOCK_SIZE)!.top).toBe(before)
    expect(layout.rowOf(2 * BLOCK_SIZE)!.top).not.toBe(third)
  })

  it('does not change parts that are not loaded', () => {
    const layout = new GridLayout([section('a', 300)], MEASURES)
    expect(layout.measure(0, layout.height, (index) => (index === 5 ? undefined : 1.4))).toBe(true)
    expect(new Set(layout.rowOf(0)!.widths).size).toBe(1)
  })

  it('walks from row to row over blocks and sections', () => {
    const layout = new GridLayout([section('a', 130), section('b', 7)], MEASURES)
    layout.measure(0, layout.height, aspectAt)
    let row = layout.rowOf(0)
    let steps = 0
    for (; row !== undefined && row.index + row.widths.length < 137; row = layout.nextRow(row, 1)) steps++
    expect(row).toBeDefined()
    for (; row !== undefined && row.index > 0; row = layout.nextRow(row, -1)) steps--
    expect(steps).toBe(0)
  })

  it('is empty for an empty list', () => {
    const layout = new GridLayout([], MEASURES)
    expect([layout.height, layout.rowCount, layout.rowAt(0), layout.visible(0, 100).rows]).toEqual([
      0,
      0,
      undefined,
      [],
    ])
  })
})
