import { keys, signIn, users } from './en/accounts.ts'
import { copying } from './en/copying.ts'
import { exporting, files, notices } from './en/files.ts'
import { folded } from './en/folded.ts'
import { help } from './en/help.ts'
import { nothing } from './en/nothing.ts'
import { compare, detailsSheet, duplicates, uploading } from './en/reviews.ts'
import { shortcutGroups } from './en/shortcuts.ts'
import { trashView } from './en/trash.ts'
import { words } from './en/words.ts'
import type { Words } from './en.ts'

export const enViews = {
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

/** Words of views that are loaded when they are opened. */
export type ViewMessages = Words<typeof enViews>
