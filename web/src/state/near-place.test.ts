import { describe, expect, it } from 'vitest'
import { boxAround, formatNear, parseNear } from './near-place.ts'

const BERLIN = { latitude: 52.52, longitude: 13.405, kilometres: 10 }

describe('a place in the address', () => {
  it('is read unchanged', () => {
    expect(parseNear(formatNear(BERLIN))).toEqual(BERLIN)
  })

  it('that is invalid is ignored', () => {
    for (const text of ['', '1,2', '91,0,1', '0,181,1', 'a,b,c', '0,0,0', '0,0,5000', undefined])
      expect(parseNear(text), text).toBeUndefined()
  })
})

it('the box around a place is a square, in kilometres', () => {
  const box = boxAround(BERLIN)
  expect((box.latitude_max - box.latitude_min) * 111.2).toBeCloseTo(20, 6)
  const width = (box.longitude_max - box.longitude_min) * 111.2 * Math.cos((52.52 * Math.PI) / 180)
  expect(width).toBeCloseTo(20, 6)
  expect(boxAround({ latitude: 89.99, longitude: 179.9, kilometres: 100 }).longitude_max).toBe(180)
})
