import { expect, it } from 'vitest'
import { scaledBySample } from './gallery-scale.ts'

const text = Float32Array.of(1, 0)
const sample = Array.from({ length: 100 }, (_, n) => {
  const cosine = 0.2 + 0.03 * Math.sin(n)
  return Float32Array.of(cosine, Math.sqrt(1 - cosine ** 2))
})

it('gives the scores of a text the mean and the deviation of the scale', () => {
  const { weight, offset } = scaledBySample(text, sample, { mean: 0.1, deviation: 0.06 })
  const scores = sample.map(([cosine]) => weight * cosine! + offset)
  const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length
  const variance = scores.reduce((sum, score) => sum + (score - mean) ** 2, 0) / scores.length
  expect(mean).toBeCloseTo(0.1, 6)
  expect(Math.sqrt(variance)).toBeCloseTo(0.06, 6)
})

it('does not change them in a small gallery, or one of equal pictures', () => {
  const plain = { vector: text, weight: 1, offset: 0 }
  expect(scaledBySample(text, sample.slice(0, 10), { mean: 0.1, deviation: 0.06 })).toEqual(plain)
  const equal = Array.from({ length: 100 }, () => Float32Array.of(1, 0))
  expect(scaledBySample(text, equal, { mean: 0.1, deviation: 0.06 })).toEqual(plain)
})
