/** Whether a dialog, popover or menu is open, which has its own keys. */
export function isCovered(): boolean {
  return document.querySelector('dialog[open], [role=dialog], [role=menu]') !== null
}
