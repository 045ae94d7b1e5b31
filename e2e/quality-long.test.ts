import { describe } from 'vitest'
import { DESKTOP, PHONE } from './support/browser.ts'
import { useDemo } from './support/demo.ts'
import { CLASSICAL } from './support/product.ts'
import { ALL_VIEWS, itFits, itIsAccessible } from './support/views.ts'

const demo = useDemo(8, CLASSICAL)

describe.each([
  ['desktop', DESKTOP, [768, 1024, 2560]],
  ['phone', PHONE, [320, 360, 480, 639]],
] as const)('every view on a %s', (_, size, widths) => {
  itIsAccessible(demo, Object.keys(ALL_VIEWS), size, widths)
})

describe('the page', () => itFits(demo, [768, 2560]))
