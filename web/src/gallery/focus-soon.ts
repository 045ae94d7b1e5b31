/** A tile that was far away is fetched and rendered within this time. */
const FOCUS_WITHIN_MS = 3000

/** Focuses a tile once it is rendered, unless the focus moves elsewhere meanwhile. */
export function focusSoon(
  container: HTMLElement,
  index: number,
  until = performance.now() + FOCUS_WITHIN_MS,
): void {
  const tile = container.querySelector<HTMLElement>(`[data-index="${index}"]`)
  const { activeElement } = document
  const isElsewhere = activeElement !== document.body && !container.contains(activeElement)
  if (tile !== null) tile.focus({ preventScroll: true })
  else if (!isElsewhere && performance.now() < until)
    requestAnimationFrame(() => focusSoon(container, index, until))
}
