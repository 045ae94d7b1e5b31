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

it('every token is used', () => {
  const tokens = readFileSync(join(ROOT, 'tokens.css'), 'utf8')
  const declaration = /^ +--([\w-]+?)(?:--line-height)?:|^@utility ([\w-]+)/gm
  const names = [...tokens.matchAll(declaration)].map(([, token, utility]) => token ?? utility ?? '')
  expect(names.length).toBeGreaterThan(60)
  const styled = globSync('**/*.{tsx,css}', { cwd: ROOT, exclude: ['tokens.css'] })
  const code = styled.map((file) => readFileSync(join(ROOT, file), 'utf8')).join('\n')
  const uses = tokens.replaceAll(declaration, '') + code
  const isUsed = (name: string) => {
    // Classes end in the name that Tailwind gives to a token.
    const [, ofClass] = /^(?:color|shadow|font-weight|font|text|radius|ease|animate)-(.+)/.exec(name) ?? []
    const ends = ofClass === undefined ? `--${name}` : `(?:--${name}|-${ofClass})`
    return new RegExp(`${ends}(?![\\w-])`).test(uses)
  }
  const isUtility = (name: string) => name.startsWith('duration-') && new RegExp(`\\b${name}\\b`).test(code)
  expect(names.filter((name) => !isUsed(name) && !isUtility(name))).toEqual([])
})
