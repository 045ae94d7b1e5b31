import { expect, it } from 'vitest'
import { partsOf, reportOf } from './kept-report.ts'

it('keeps the parts of a report that are not measured again', () => {
  const order = ['indexing', 'page']
  const before = reportOf(
    new Map([
      ['page', '## Page\n\n| a |\n| --- |'],
      ['indexing', '## Indexing'],
    ]),
    order,
  )
  expect(before.indexOf('## Indexing')).toBeLessThan(before.indexOf('## Page'))
  const after = reportOf(partsOf(before).set('indexing', '## Indexing again'), order)
  expect([...partsOf(after)]).toEqual([
    ['indexing', '## Indexing again'],
    ['page', '## Page\n\n| a |\n| --- |'],
  ])
})
