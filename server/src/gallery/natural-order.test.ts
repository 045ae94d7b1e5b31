import { expect, it } from 'vitest'
import { naturalKey } from './natural-order.ts'

const byKey = (a: string, b: string) => (naturalKey(a) < naturalKey(b) ? -1 : 1)
/** Numbers that a linear congruential generator yields (Knuth, volume 2). */
function* numbers(): Generator<number> {
  for (let state = 7; ; state = (state * 1_103_515_245 + 12_345) % 2 ** 31) yield state / 2 ** 31
}

it('orders names by the numbers in them', () => {
  const names = ['IMG_2.jpg', 'img_10.jpg', 'IMG_0100.jpg', 'IMG_101.jpg', 'Über 9.png', 'zebra.png']
  expect(names.toReversed().sort(byKey)).toEqual(names)
  expect(byKey('a 999999999', 'a 1000000000')).toBe(-1)
  expect(byKey('a 12345678901234567890', 'a 12345678901234567891')).toBe(-1)
})

it('orders names as Intl.Collator does', () => {
  const collator = new Intl.Collator('en', { numeric: true, sensitivity: 'base' })
  const letters = ['ß', 'ẞ', 's', 'ss', 'Æ', 'a', 'œ', 'o', 'Ø', 'ł', 'l', 'đ', 'd', 'ħ', 'h', 'ŧ', 't', 'ð']
  const parts = [
    ...letters,
    'ı',
    'i',
    'j',
    'ŋ',
    'n',
    'IMG',
    'img',
    'é',
    'e',
    'z',
    '_',
    '-',
    ' ',
    '.',
    '(',
    '2',
    '10',
    '007',
    '100',
  ]
  const random = numbers()
  const next = () => parts[Math.floor(random.next().value! * parts.length)]!
  const names = Array.from({ length: 2_000 }, () => `${next()}${next()}${next()}${next()}.jpg`)
  const disagreements = names.flatMap((a, n) => {
    const b = names[(n * 7 + 1) % names.length]!
    const order = Math.sign(collator.compare(a, b))
    return order === 0 || order === byKey(a, b) ? [] : [`${a} ${b}`]
  })
  expect(disagreements).toEqual([])
})
