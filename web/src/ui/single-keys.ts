import { getStored, setStored } from './stored.ts'

const KEY = 'single-key-shortcuts'

/** Whether shortcuts of a single letter are on: who speaks to the computer sets them off by mistake (WCAG 2.1.4). */
export function areSingleKeysOn(): boolean {
  return getStored(KEY) !== 'off'
}

export function setSingleKeys(isOn: boolean): void {
  setStored(KEY, isOn ? 'on' : 'off')
}
