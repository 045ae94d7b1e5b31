import { en, type Messages } from './en.ts'
import { language } from './language.ts'

/** The words in the language of this page; another language is loaded only where it is used. */
export const messages: Messages = language === 'de' ? (await import('./de.ts')).de : en
