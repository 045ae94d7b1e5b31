import { pageFolder } from '../api/server-url.ts'
import { forgetSheets } from '../sketch/forget-sheets.ts'

/** Removes the sheets of a user who has signed out, and opens the gallery without their search. */
export async function forgetUser(): Promise<void> {
  await forgetSheets()
  location.replace(pageFolder())
}
