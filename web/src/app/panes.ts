/** Marks a pane that F6 goes to. */
export const PANE = { 'data-pane': '' }

/** Properties of a pane that takes the keys while it is used. */
export function paneOf(onUse: () => void) {
  return { ...PANE, onPointerDownCapture: onUse, onFocusCapture: onUse }
}

const FOCUSABLE = 'a[href], button:not(:disabled), input:not(:disabled), [tabindex="0"]'

/** Moves the focus to the next pane: top bar, folders, sheet, results, and round again. In a grid, to its only tab stop. */
export function focusNextPane(step: 1 | -1): void {
  const panes = [...document.querySelectorAll<HTMLElement>('[data-pane]')]
  const current = panes.findIndex((pane) => pane.contains(document.activeElement))
  // From outside, the first one forwards and the last one backwards.
  const from = current < 0 && step < 0 ? 0 : current
  for (let n = 1; n <= panes.length; n++) {
    const pane = panes[(from + n * step + panes.length) % panes.length]
    if (pane === undefined) return
    const target =
      pane.querySelector<HTMLElement>('[role=grid] [tabindex="0"]') ??
      [...pane.querySelectorAll<HTMLElement>(FOCUSABLE)].find((element) => element.checkVisibility())
    if (target === undefined) continue
    target.focus()
    return
  }
}
