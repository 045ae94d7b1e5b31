import { pageFolder } from '../api/server-url.ts'

/**
 * To the other tabs of this gallery. Another gallery of the same host has a folder of its own. Undefined where the browser refuses it:
 * Firefox while cookies are blocked.
 */
export let signOutChannel: BroadcastChannel | undefined
/** Whether the user has signed out on purpose, in this tab or another. The page keeps no sheet from then on. */
export let hasSignedOut = false

/** Opens the gallery without the search of the user, and removes what the browser keeps for this tab. */
export function forgetTab(): void {
  hasSignedOut = true
  // After the listeners that keep something when the page is left.
  addEventListener('pagehide', () => sessionStorage.clear())
  location.replace(pageFolder())
}

/** Leaves the page as soon as the user signs out in another tab. */
export function watchSignOut(): void {
  try {
    signOutChannel = new BroadcastChannel(pageFolder())
    signOutChannel.onmessage = forgetTab
  } catch (error) {
    console.info('Other tabs can not be reached:', error)
  }
}
