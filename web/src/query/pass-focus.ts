import type { RefObject } from 'react'

/** Gives the focus of a button that is about to go to the field for words, if keys are used: a touch would bring up the keyboard. */
export function passFocus(wordsRef: RefObject<HTMLInputElement | null>): void {
  if (document.activeElement?.matches(':focus-visible')) wordsRef.current?.focus()
}
