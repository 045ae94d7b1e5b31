import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'

const ROOT = import.meta.dirname
/** Inks of drawings are data; the words for colours and sizes of the rest come from tokens.css. */
const IS_DATA = /^(sketch|region)\/|\.test\.ts$/
const COLOUR = /#[0-9a-f]{3,8}\b(?![-\w])|\brgba?\(|\bhsla?\(|\boklch\(/gi
const CLASS_VALUE = /\b(?:text|bg|border|rounded|duration|shadow|leading)-\[(?!inherit)[^\]]*\]/g

const files = globSync('**/*.{ts,tsx}', { cwd: ROOT }).filter((file) => !IS_DATA.test(file))
const found = (pattern: RegExp) =>
  files.flatMap((file) =>
    [...readFileSync(join(ROOT, file), 'utf8').matchAll(pattern)].map(([text]) => `${file}: ${text}`),
  )

it('no colour stands outside tokens.css', () => {
  expect(files.length).toBeGreaterThan(60)
  expect(found(COLOUR)).toEqual([])
})

it('no text size, radius, shadow or duration stands outside tokens.css', () => {
  expect(found(CLASS_VALUE)).toEqual([])
})
