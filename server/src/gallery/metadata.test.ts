import { expect, it } from 'vitest'
import { coloursOf } from './colour-layout.ts'
import { describePixels } from './metadata.ts'

it('describes a large image as its reduced version', () => {
  const side = 300
  const data = new Uint8Array(side * side * 3)
  const quarter = new Uint8Array((side / 4) ** 2 * 3)
  const paint = (to: Uint8Array, width: number) => {
    for (let y = 0; y < width; y++)
      for (let x = 0; x < width; x++)
        to.set([(255 * x) / width, (255 * y) / width, x + y < width ? 200 : 20], (y * width + x) * 3)
  }
  paint(data, side)
  paint(quarter, side / 4)
  const large = describePixels({ data, width: side, height: side })
  const small = coloursOf({ data: quarter, width: side / 4, height: side / 4 })
  const cosine = large.colours!.reduce((sum, value, i) => sum + value * small[i]!, 0)
  expect(cosine).toBeGreaterThan(0.98)
  expect(large.thumbhash).toMatch(/^[\w+/]{20,}=*$/)
})
