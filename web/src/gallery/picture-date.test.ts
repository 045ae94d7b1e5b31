import { expect, it } from 'vitest'
import { dateOf, dayOf } from './picture-date.ts'

it('marks the date of a file', () => {
  const modified_at = new Date(2024, 5, 1, 8, 5).toISOString()
  const file = { captured_at: null, modified_at }
  const camera = { captured_at: '2014-07-02T23:30:00-07:00', modified_at }
  expect([dayOf(file), dayOf(camera)]).toEqual(['June 1, 2024 (file)', 'July 2, 2014'])
  expect([dateOf(file), dateOf(camera)]).toEqual(['June 1, 2024, 08:05 AM (file)', 'July 2, 2014, 11:30 PM'])
})
