import { enViews, type ViewMessages } from './en-views.ts'
import { language } from './language.ts'

/** The words of views that are loaded when they are opened, which come with the first of them. */
export const viewMessages: ViewMessages =
  language === 'de' ? (await import('./de-views.ts')).deViews : enViews
