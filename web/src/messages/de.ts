import { app, shortcuts, status } from './de/app.ts'
import { gallery, selection, trash } from './de/gallery.ts'
import { query, region } from './de/query.ts'
import { sheet } from './de/sheet.ts'
import { collections } from './de/using.ts'
import { upload, viewer } from './de/viewer.ts'
import type { Messages } from './en.ts'

export const de: Messages = {
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
