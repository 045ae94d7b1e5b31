import { expect, it } from 'vitest'
import { FREQUENCIES, type Light, orient } from './light.ts'
import { LightIndex } from './light-index.ts'
import { compose, inverseOf, ORIENTATIONS, UPRIGHT } from './orientation.ts'

/** Light and shade with weaker high frequencies, as in photographs; not the same for two seeds. */
function lightOf(seed: number, noise = 0): Light {
  const light = Float32Array.from({ length: FREQUENCIES ** 2 }, (_, at) => {
    const frequency = Math.floor(at / FREQUENCIES) + (at % FREQUENCIES)
    if (frequency === 0 || frequency >= FREQUENCIES) return 0
    const random = (n: number) => {
      const value = Math.sin(n * 12.9898 + at * 78.233) * 43_758.5453
      return 2 * (value - Math.floor(value)) - 1
    }
    return random(seed) / frequency + noise * random(seed + 0.5)
  })
  const length = Math.hypot(...light)
  return light.map((value) => value / length)
}

it('orientations can be composed and taken back', () => {
  const light = lightOf(1)
  for (const first of ORIENTATIONS) {
    expect(compose(first, inverseOf(first))).toBe(UPRIGHT)
    for (const second of ORIENTATIONS)
      expect(orient(orient(light, first), second)).toEqual(orient(light, compose(first, second)))
  }
})

it('finds similar light in every orientation among many others', () => {
  const index = new LightIndex()
  const count = 3000
  for (let n = 0; n < count; n++) index.add({ light: orient(lightOf(n), n % 8), colours: undefined })
  for (let n = 0; n < count; n += 37) {
    for (const orientation of ORIENTATIONS) {
      const changed = orient(lightOf(n, 0.03), orientation)
      const found = index.find({ light: changed, colours: undefined })
      const [best] = found.filter(({ entry }) => entry === n)
      expect(best, `${n} ${orientation}`).toBeDefined()
      expect(compose(orientation, best!.orientations[0]!)).toBe(n % 8)
    }
  }
})
