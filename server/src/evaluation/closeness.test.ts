import { expect, it } from 'vitest'
import { closenessOf } from './closeness.ts'

function items(list: readonly [className: string, angle: number][], prefix: string) {
  const vectors = Float32Array.from(list.flatMap(([, angle]) => [Math.cos(angle), Math.sin(angle)]))
  return {
    items: list.map(([className], n) => ({ className, path: `${n}`, contentHash: `${prefix}${n}` })),
    vectors,
    dimensions: 2,
  }
}

it('counts close matches over all queries, without the query itself', () => {
  const gallery = items(
    [
      ['a', 0],
      ['a', 0.1],
      ['a', 2],
      ['b', 0.2],
      ['b', 3],
    ],
    '',
  )
  const query = items([['a', 0]], '')
  expect(closenessOf(gallery, query, 0.9)).toEqual({ score: 0.9, precision: 1 / 2, recall: 1 / 2 })
  expect(closenessOf(gallery, items([['a', 0]], 'other'), 0.9)).toMatchObject({
    precision: 2 / 3,
    recall: 2 / 3,
  })
  expect(closenessOf(gallery, query, 2)).toMatchObject({ precision: 0, recall: 0 })
})
