import { keys, signIn, users } from './en/accounts.ts'
import { exporting, files, notices } from './en/files.ts'
import { folded } from './en/folded.ts'
import { help } from './en/help.ts'
import { compare, detailsSheet, duplicates, uploading } from './en/reviews.ts'
import { shortcutGroups } from './en/shortcuts.ts'
import type { Words } from './en.ts'

export const enViews = {
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

/** Words of views that are loaded when they are opened. */
export type ViewMessages = Words<typeof enViews>
