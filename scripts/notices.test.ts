import { join } from 'node:path'
import { expect, it } from 'vitest'
import { thirdPartyNotices } from './notices.ts'

const ROOT = join(import.meta.dirname, '..')

it('the notices name a package that is missing', () => {
  expect(() => thirdPartyNotices(ROOT, ['../node_modules/elsewhere'])).toThrow(
    /package-lock\.json does not list \.\.\/node_modules\/elsewhere/,
  )
})
