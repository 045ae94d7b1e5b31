import { forgetSheets } from '../sketch/forget-sheets.ts'
import { forgetTab, signOutChannel } from '../state/signed-out.ts'

/** Removes the sheets of a user who has signed out, and opens the gallery without their search, in all tabs. */
export async function forgetUser(): Promise<void> {
  // The other tabs first, so that they write no sheet back.
  signOutChannel?.postMessage(null)
  await forgetSheets()
  forgetTab()
}
