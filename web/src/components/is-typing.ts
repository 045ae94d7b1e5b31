/** Whether a key belongs to a text field. */
export function isTyping({ target }: KeyboardEvent): boolean {
  if (!(target instanceof HTMLElement)) return false
  const isField = target instanceof HTMLInputElement && !['range', 'checkbox', 'radio'].includes(target.type)
  return isField || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement
}
