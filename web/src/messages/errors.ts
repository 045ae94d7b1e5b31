import type { ErrorWords } from './en/errors.ts'
import { language } from './language.ts'

/** Loads the words in the language of this page. Most visits need none of them. */
export async function loadErrorWords(): Promise<ErrorWords> {
  const { errors } = await (language === 'de' ? import('./de/errors.ts') : import('./en/errors.ts'))
  return errors
}
