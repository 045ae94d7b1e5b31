import { keys, signIn, users } from './de/accounts.ts'
import { exporting, files, notices } from './de/files.ts'
import { folded } from './de/folded.ts'
import { help } from './de/help.ts'
import { compare, detailsSheet, duplicates, uploading } from './de/reviews.ts'
import { shortcutGroups } from './de/shortcuts.ts'
import type { ViewMessages } from './en-views.ts'

export const deViews: ViewMessages = {
  compare,
  detailsSheet,
  duplicates,
  exporting,
  files,
  folded,
  help,
  keys,
  notices,
  shortcutGroups,
  signIn,
  uploading,
  users,
}
