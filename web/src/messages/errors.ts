import type { ErrorCode } from '../../../server/src/errors.ts'
import { language } from './language.ts'

/** Words for each code of an error. A function gets the sentence of the server, which is in English. */
export type ErrorWords = Readonly<Record<ErrorCode, string | ((sentence: string) => string)>>

/** Loads the words in the language of this page. Most visits need none of them. */
export async function loadErrorWords(): Promise<ErrorWords> {
  const { errors } = await (language === 'de' ? import('./de/errors.ts') : import('./en/errors.ts'))
  return errors
}
