/** Values that this browser stores for the page. A private window may store nothing. */
export function getStored(key: string): string | null {
  try {
    return localStorage.getItem(key)
  } catch {
    return null
  }
}

/** @returns whether it was stored: a browser stores a few megabytes for a site */
export function setStored(key: string, value: string): boolean {
  try {
    localStorage.setItem(key, value)
    return true
  } catch {
    return false
  }
}

export function removeStored(key: string): void {
  try {
    localStorage.removeItem(key)
  } catch {
    // Nothing is stored there either.
  }
}

/** Returns a JSON value that this tab stores, also over a reload; undefined if there is none. */
export function getTabValue(key: string): unknown {
  try {
    return JSON.parse(sessionStorage.getItem(key) ?? 'null') ?? undefined
  } catch {
    return undefined
  }
}

/** @param value undefined removes it; a value that is too large is not stored */
export function setTabValue(key: string, value: unknown): void {
  try {
    sessionStorage.removeItem(key)
    if (value !== undefined) sessionStorage.setItem(key, JSON.stringify(value))
  } catch {
    // If storage is full or forbidden, the value is only missing after a reload.
  }
}
