/** Copies a text to the clipboard. @returns whether the browser has done it */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    // Without permission; over plain HTTP there is no such clipboard at all.
    return copyBySelection(text)
  }
}

/** Copies a selected text, which browsers allow after a press also over plain HTTP. */
function copyBySelection(text: string): boolean {
  const focused = document.activeElement
  const field = document.createElement('textarea')
  field.value = text
  // No keyboard appears on a phone.
  field.readOnly = true
  field.className = 'sr-only'
  let isCopied = false
  // A menu that is being closed may take the focus back, and with it the selection.
  const onCopy = (event: ClipboardEvent) => {
    event.clipboardData?.setData('text/plain', text)
    event.preventDefault()
    isCopied = true
  }
  // The rest of the page takes no focus while a dialog is open.
  const parent = focused?.closest('dialog') ?? document.body
  parent.append(field)
  document.addEventListener('copy', onCopy, { capture: true, once: true })
  field.select()
  document.execCommand('copy')
  document.removeEventListener('copy', onCopy, true)
  field.remove()
  if (focused instanceof HTMLElement) focused.focus({ preventScroll: true })
  return isCopied
}
