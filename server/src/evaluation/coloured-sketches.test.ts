import { expect, it } from 'vitest'
import { rotateHues } from './coloured-sketches.ts'

const pixel = (...data: number[]) => ({ data: Uint8Array.from(data), width: 1, height: 1 })

it('rotates hues and keeps grey and the luma', () => {
  expect([...rotateHues(pixel(120, 120, 120), 90).data]).toEqual([120, 120, 120])
  expect([...rotateHues(pixel(150, 80, 90), 0).data]).toEqual([150, 80, 90])
  const [red, green, blue] = rotateHues(pixel(150, 80, 90), 180).data as unknown as number[]
  expect(green).toBeGreaterThan(red!)
  expect(Math.abs(0.213 * (red! - 150) + 0.715 * (green! - 80) + 0.072 * (blue! - 90))).toBeLessThan(1)
})
