/** The database that `idb-keyval` opens. Only sheets are in it (`sheet-store.ts`). */
const DATABASE = 'keyval-store'
const STORE = 'keyval'

/** Removes the sheets of all tabs from the browser. */
export async function forgetSheets(): Promise<void> {
  try {
    await clearStore()
  } catch (error) {
    console.warn('The sketches could not be removed from the browser:', error)
  }
}

function clearStore(): Promise<void> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open(DATABASE)
    opening.onerror = () => reject(opening.error)
    opening.onupgradeneeded = () => opening.result.createObjectStore(STORE)
    opening.onsuccess = () => {
      const clearing = opening.result.transaction(STORE, 'readwrite')
      clearing.objectStore(STORE).clear()
      clearing.oncomplete = () => resolve()
      clearing.onabort = () => reject(clearing.error)
      opening.result.close()
    }
  })
}
