import { expect, it } from 'vitest'
import { paste, placeOf } from './composites.ts'

const even = (value: number, width: number, height: number) => ({
  data: new Uint8Array(width * height * 3).fill(value),
  width,
  height,
})

it('pastes an object at its size and place, and keeps the rest of the scene', () => {
  const scene = even(10, 100, 60)
  const { image, box } = paste(scene, even(200, 40, 20), 1 / 2, [1, 0])
  expect(box).toEqual({ x: 0.7, y: 0, width: 0.3, height: 0.25 })
  const valueAt = (x: number, y: number) => image.data[(y * image.width + x) * 3]
  expect([valueAt(69, 0), valueAt(70, 0), valueAt(99, 14), valueAt(99, 15)]).toEqual([10, 200, 200, 10])
  expect(new Set(scene.data)).toEqual(new Set([10]))
})

it('derives the place from the content', () => {
  expect(placeOf('00000000ffffffff')).toEqual([0, 1])
})
