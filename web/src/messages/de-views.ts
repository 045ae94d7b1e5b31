import { keys, signIn, users } from './de/accounts.ts'
import { copying } from './de/copying.ts'
import { exporting, files, notices } from './de/files.ts'
import { folded } from './de/folded.ts'
import { help } from './de/help.ts'
import { nothing } from './de/nothing.ts'
import { compare, detailsSheet, duplicates, uploading } from './de/reviews.ts'
import { shortcutGroups } from './de/shortcuts.ts'
import { trashView } from './de/trash.ts'
import { words } from './de/words.ts'
import type { ViewMessages } from './en-views.ts'

export const deViews: ViewMessages = {
  compare,
  copying,
  detailsSheet,
  duplicates,
  exporting,
  files,
  folded,
  help,
  keys,
  nothing,
  notices,
  shortcutGroups,
  signIn,
  trashView,
  uploading,
  users,
  words,
}
