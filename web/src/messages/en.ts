import { app, shortcuts, status } from './en/app.ts'
import { gallery, selection, trash } from './en/gallery.ts'
import { query, region } from './en/query.ts'
import { sheet } from './en/sheet.ts'
import { collections } from './en/using.ts'
import { upload, viewer } from './en/viewer.ts'

export const en = {
  app,
  shortcuts,
  status,
  query,
  region,
  sheet,
  gallery,
  selection,
  trash,
  viewer,
  upload,
  collections,
}

/** The words of a language: all that the English one has, with the same parameters. */
export type Words<T> = T extends (...parameters: infer P) => string
  ? (...parameters: P) => string
  : T extends string
    ? string
    : { readonly [K in keyof T]: Words<T[K]> }

/** The words that the page has from its start. */
export type Messages = Words<typeof en>
