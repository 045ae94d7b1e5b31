import { expect, it } from 'vitest'
import { toFloat32 } from './tensor.ts'

it('reads a part of a larger buffer', () => {
  const whole = Buffer.from([9, 0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0, 9])
  expect(toFloat32(whole.subarray(1, 9), 'float32')).toEqual(Float32Array.of(1, -2))
  expect(toFloat32(whole.subarray(4, 6), 'int8')).toEqual(Float32Array.of(0x3f, 0))
})
