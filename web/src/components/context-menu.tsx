import { lazyPart } from './lazy-part.tsx'
import type { ContextMenuProps } from './menu-parts.ts'

const RadixContextMenu = lazyPart(() => import('./radix-context-menu.tsx'))

/** A menu at the pointer. Its code is loaded at the first use. */
export function ContextMenu(props: ContextMenuProps) {
  return <RadixContextMenu {...props} onMissing={props.onClose} />
}
