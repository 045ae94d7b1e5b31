import { useEffect, useRef } from 'react'

/** Keys that act again while they are held, because they move or zoom. */
const REPEATED = /^(Arrow.*|[+-])$/

/**
 * Runs commands by keys, wherever the focus is. Dialogs and menus that are open have keys of their own.
 * @param commandOf returns the command of a key, if it has one
 */
export function useCommandKeys(commandOf: (event: KeyboardEvent) => (() => void) | undefined): void {
  const latest = useRef(commandOf)
  latest.current = commandOf
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey) return
      if (document.querySelector('dialog[open], [role=menu]') !== null) return
      const command = latest.current(event)
      if (command === undefined) return
      event.preventDefault()
      if (!event.repeat || REPEATED.test(event.key)) command()
    }
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  }, [])
}
