import { parse as parsePath } from 'node:path/posix'
import { byteLengthOf } from '../gallery/file-names.ts'
import { MAX_NAME_BYTES } from '../gallery/paths.ts'

/** Numbers that are tried for a name that is taken. */
export const MAX_COPIES = 10_000

const LETTERS = new Intl.Segmenter(undefined, { granularity: 'grapheme' })

/** `a.png`, `a (2).png`, `a (3).png`, … A long name loses its last letters for the number. */
export function numberedName(fileName: string, copy: number): string {
  if (copy === 1) return fileName
  const { name, ext } = parsePath(fileName)
  const end = ` (${copy})${ext}`
  const letters = Array.from(LETTERS.segment(name), ({ segment }) => segment)
  while (letters.length > 1 && byteLengthOf(letters.join('') + end) > MAX_NAME_BYTES) letters.pop()
  return letters.join('') + end
}
