import { useEffect, useRef } from 'react'
import { isCovered } from '../components/is-covered.ts'
import { isTyping } from '../components/is-typing.ts'
import { areSingleKeysOn } from '../components/single-keys.ts'

export interface SheetCommands {
  undo: () => void
  redo: () => void
  /** Space is held or released: dragging moves the sheet meanwhile. */
  holdSpace: (isHeld: boolean) => void
  selectAll: () => void
  /** Undefined while nothing is selected. */
  duplicate: (() => void) | undefined
  /** Commands of single keys, by the key in lower case. */
  single: Readonly<Record<string, () => void>>
  /** Arrows, Delete and Escape for the selection. @returns whether the key did something */
  onSelection: (event: KeyboardEvent) => boolean
}

/** The keyboard of the sheet. @param isOn whether the sheet is the pane that was used last */
export function useSheetKeys(isOn: boolean, commands: SheetCommands): void {
  const latest = useRef(commands)
  latest.current = commands
  useEffect(() => {
    if (!isOn) return
    const ending = new AbortController()
    const { signal } = ending
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented || isTyping(event) || isCovered()) return
      if (onSheetKey(event, latest.current)) event.preventDefault()
    }
    const onKeyUp = (event: KeyboardEvent) => {
      if (event.key === ' ') latest.current.holdSpace(false)
    }
    addEventListener('keydown', onKeyDown, { signal })
    addEventListener('keyup', onKeyUp, { signal })
    addEventListener('blur', () => latest.current.holdSpace(false), { signal })
    return () => ending.abort()
  }, [isOn])
}

/** @returns whether the key did something */
export function onSheetKey(event: KeyboardEvent, commands: SheetCommands): boolean {
  const key = event.key.toLowerCase()
  if (event.ctrlKey || event.metaKey) {
    const command = {
      z: event.shiftKey ? commands.redo : commands.undo,
      y: commands.redo,
      a: commands.selectAll,
      d: commands.duplicate,
    }[key]
    command?.()
    return command !== undefined
  }
  if (commands.onSelection(event)) return true
  if (event.altKey || !areSingleKeysOn()) return false
  if (key === ' ') {
    // On a button Space presses it.
    if ((event.target as Element).closest('button, a, [role]') !== null) return false
    commands.holdSpace(true)
    return true
  }
  const command = commands.single[key]
  command?.()
  return command !== undefined
}
