import { describe, expect, it } from 'vitest'
import type { Region } from '../state/query-terms.ts'
import { around, arrowed, between, type Grip, isLargeEnough, resized, type Share } from './region.ts'

const LEAST: Share = [0.05, 0.1]
const close = (region: Region) => region.map((value) => expect.closeTo(value, 9))

describe('dragging a region', () => {
  const region: Region = [0.2, 0.3, 0.4, 0.4]
  it.each<[grip: Grip, by: Share, result: Region]>([
    ['inside', [0.1, -0.1], [0.3, 0.2, 0.4, 0.4]],
    ['inside', [9, -9], [0.6, 0, 0.4, 0.4]],
    ['left', [0.1, 0.5], [0.3, 0.3, 0.3, 0.4]],
    ['left', [9, 0], [0.55, 0.3, 0.05, 0.4]],
    ['left', [-9, 0], [0, 0.3, 0.6, 0.4]],
    ['right', [9, 0], [0.2, 0.3, 0.8, 0.4]],
    ['right', [-9, 0], [0.2, 0.3, 0.05, 0.4]],
    ['top', [0.5, -0.1], [0.2, 0.2, 0.4, 0.5]],
    ['bottom', [0, -9], [0.2, 0.3, 0.4, 0.1]],
    ['top-left', [-0.1, -0.1], [0.1, 0.2, 0.5, 0.5]],
    ['top-right', [0.1, 9], [0.2, 0.6, 0.5, 0.1]],
    ['bottom-left', [-9, 9], [0, 0.3, 0.6, 0.7]],
    ['bottom-right', [0.1, 0.1], [0.2, 0.3, 0.5, 0.5]],
  ])('by %s by %j', (grip, by, result) => {
    expect(resized(region, grip, by, LEAST)).toEqual(close(result))
  })
})

describe('a new region', () => {
  it('lies between press and release, in any direction', () => {
    const box = close([0.1, 0.2, 0.4, 0.5])
    expect(between([0.1, 0.2], [0.5, 0.7])).toEqual(box)
    expect(between([0.5, 0.7], [0.1, 0.2])).toEqual(box)
  })

  it('is the box around a lasso', () => {
    expect(
      around([
        [0.5, 0.1],
        [0.9, 0.4],
        [0.6, 0.8],
        [0.2, 0.3],
      ]),
    ).toEqual(close([0.2, 0.1, 0.7, 0.7]))
  })

  it.each<[Region, boolean]>([
    [[0, 0, 0.05, 0.1], true],
    [[0, 0, 0.04, 0.5], false],
    [[0, 0, 0.5, 0.09], false],
  ])('of %j is large enough: %s', (region, isLarge) => {
    expect(isLargeEnough(region, LEAST)).toBe(isLarge)
  })
})

describe('a region by keyboard', () => {
  const keys = { shiftKey: false, ctrlKey: false }
  it.each<[key: string, more: Partial<typeof keys>, result: Region | undefined]>([
    ['ArrowRight', {}, [0.26, 0.25, 0.5, 0.5]],
    ['ArrowUp', { ctrlKey: true }, [0.25, 0.248, 0.5, 0.5]],
    ['ArrowDown', { shiftKey: true }, [0.25, 0.25, 0.5, 0.51]],
    ['ArrowLeft', { shiftKey: true, ctrlKey: true }, [0.25, 0.25, 0.498, 0.5]],
    ['Enter', {}, undefined],
  ])('%s %j', (key, more, result) => {
    expect(arrowed(undefined, { key, ...keys, ...more }, LEAST)).toEqual(result && close(result))
  })

  it('stays within the picture', () => {
    expect(arrowed([0, 0, 0.5, 0.5], { key: 'ArrowLeft', ...keys }, LEAST)).toEqual([0, 0, 0.5, 0.5])
  })
})
