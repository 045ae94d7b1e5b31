import { keys, signIn, users } from './en/accounts.ts'
import { app, shortcuts, status } from './en/app.ts'
import { files } from './en/files.ts'
import { gallery, selection, trash } from './en/gallery.ts'
import { query, region } from './en/query.ts'
import { sheet } from './en/sheet.ts'
import { collections, compare, exporting } from './en/using.ts'
import { duplicates, upload, viewer } from './en/viewer.ts'

export const en = {
  app,
  shortcuts,
  status,
  files,
  query,
  region,
  sheet,
  gallery,
  selection,
  trash,
  viewer,
  upload,
  duplicates,
  collections,
  compare,
  exporting,
  signIn,
  keys,
  users,
}

type Words<T> = T extends (...parameters: infer P) => string
  ? (...parameters: P) => string
  : T extends string
    ? string
    : { readonly [K in keyof T]: Words<T[K]> }

/** Every word of the page: a language has all of them, with the same parameters. */
export type Messages = Words<typeof en>
