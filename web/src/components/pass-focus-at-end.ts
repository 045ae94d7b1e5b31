/** A ref for a part that may go while one of its buttons has the focus, which goes to the results with it. */
export function passFocusAtEnd(part: HTMLElement | null): () => void {
  return () => {
    if (part?.contains(document.activeElement)) document.getElementById('results')?.focus()
  }
}
