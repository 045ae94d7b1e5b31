const KEY = 'single-key-shortcuts'

/** Whether shortcuts of a single letter are on: who speaks to the computer sets them off by mistake (WCAG 2.1.4). */
export function areSingleKeysOn(): boolean {
  try {
    return localStorage.getItem(KEY) !== 'off'
  } catch {
    return true
  }
}

export function setSingleKeys(isOn: boolean): void {
  try {
    localStorage.setItem(KEY, isOn ? 'on' : 'off')
  } catch {
    // A private window keeps nothing.
  }
}
