import { keys, signIn, users } from './de/accounts.ts'
import { files } from './de/files.ts'
import { folded } from './de/folded.ts'
import { help } from './de/help.ts'
import { duplicates, uploading } from './de/reviews.ts'
import { shortcutGroups } from './de/shortcuts.ts'
import type { ViewMessages } from './en-views.ts'

export const deViews: ViewMessages = {
  duplicates,
  files,
  folded,
  help,
  keys,
  shortcutGroups,
  signIn,
  uploading,
  users,
}
