import { expect, it } from 'vitest'
import { parseEmail } from './email.ts'

it.each([
  ['Anna@Example.org', 'anna@example.org'],
  ['Anna <anna@intranet>', 'anna@intranet'],
  ['anna@MÜLLER.de', 'anna@xn--mller-kva.de'],
  ['anna@xn--mller-kva.de', 'anna@xn--mller-kva.de'],
  ['anna@example..org', undefined],
  ['anna', undefined],
])('the address in %s is %s', (text, address) => {
  expect(parseEmail(text)).toBe(address)
})
