import { clear } from 'idb-keyval'

/** Removes the sheets of all tabs from the browser. Nothing else is in the store of `idb-keyval`. */
export async function forgetSheets(): Promise<void> {
  try {
    await clear()
  } catch (error) {
    console.warn('The sketches could not be removed from the browser:', error)
  }
}
