import { keys, signIn, users } from './en/accounts.ts'
import { files } from './en/files.ts'
import { folded } from './en/folded.ts'
import { help } from './en/help.ts'
import { duplicates, uploading } from './en/reviews.ts'
import { shortcutGroups } from './en/shortcuts.ts'
import type { Words } from './en.ts'

export const enViews = { duplicates, files, folded, help, keys, shortcutGroups, signIn, uploading, users }

/** Words of views that are loaded when they are opened. */
export type ViewMessages = Words<typeof enViews>
