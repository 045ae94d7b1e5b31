import { expect, it } from 'vitest'
import { windowsName } from './windows-names.ts'

it.each([
  ['Screenshot 2026-05-04 12:30:00.png', 'Screenshot 2026-05-04 12_30_00.png'],
  ['a "b" <c> d|e*f?.jpg', 'a _b_ _c_ d_e_f_.jpg'],
  ['a\\..\\up\n.png', 'a_.._up_.png'],
  ['Berlin ', 'Berlin_'],
  ['trip. .', 'trip___'],
  ['con.jpg', 'con_.jpg'],
  ['AUX', 'AUX_'],
  ['nul .tar.gz', 'nul_ .tar.gz'],
  ['Com1.png', 'Com1_.png'],
  ['console.jpg', 'console.jpg'],
  ['.hidden. name.png', '.hidden. name.png'],
  ['Ünï & (2).jpg', 'Ünï & (2).jpg'],
])('%j becomes %j', (name, expected) => {
  expect(windowsName(name)).toBe(expected)
})
