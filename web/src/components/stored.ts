/** Values that this browser keeps for the page. A private window keeps nothing. */
export function getStored(key: string): string | null {
  try {
    return localStorage.getItem(key)
  } catch {
    return null
  }
}

/** @returns whether it is kept: a browser keeps a few megabytes for a site */
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

/** The JSON value that this tab keeps, over a reload too; undefined if there is none. */
export function getOfTab(key: string): unknown {
  try {
    return JSON.parse(sessionStorage.getItem(key) ?? 'null') ?? undefined
  } catch {
    return undefined
  }
}

/** @param value undefined removes it; one for which there is no room is not kept */
export function setOfTab(key: string, value: unknown): void {
  try {
    sessionStorage.removeItem(key)
    if (value !== undefined) sessionStorage.setItem(key, JSON.stringify(value))
  } catch {
    // A full or forbidden storage only costs what would be there after a reload.
  }
}
