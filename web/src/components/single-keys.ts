import { getStored, setStored } from './stored.ts'

const KEY = 'single-key-shortcuts'

/** Has an effect even if the browser stores nothing. */
let chosen: 'on' | 'off' | undefined

/** Whether shortcuts of a single letter are on: speech input triggers them by mistake (WCAG 2.1.4). */
export function areSingleKeysOn(): boolean {
  return (chosen ?? getStored(KEY)) !== 'off'
}

export function setSingleKeys(isOn: boolean): void {
  chosen = isOn ? 'on' : 'off'
  setStored(KEY, chosen)
}
