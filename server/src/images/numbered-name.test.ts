import { expect, it } from 'vitest'
import { byteLengthOf } from '../gallery/file-names.ts'
import { numberedName } from './numbered-name.ts'

it('numbers a name before its extension', () => {
  expect([1, 2, 12].map((copy) => numberedName('a.b.png', copy))).toEqual([
    'a.b.png',
    'a.b (2).png',
    'a.b (12).png',
  ])
})

it.each(['画', 'a', '👩‍👩‍👧‍👧', '\ufffd\u{e0100}'])(
  'shortens a name of %s by whole letters to the bytes that a disk takes',
  (letter) => {
    const stem = letter.repeat(Math.floor(251 / byteLengthOf(letter)))
    const numbered = numberedName(`${stem}.png`, 10)
    expect(byteLengthOf(numbered)).toBeLessThanOrEqual(255)
    expect(byteLengthOf(numbered)).toBeGreaterThan(255 - 2 * byteLengthOf(letter))
    expect(numbered.replace(' (10).png', '').replaceAll(letter, '')).toBe('')
  },
)
