import * as Radix from 'radix-ui/dropdown-menu'
import { useLayer } from './layer.tsx'
import { type ContextMenuProps, MENU, PartsContext } from './menu-parts.ts'
import { PARTS } from './radix-menu.tsx'

/** An open menu at a place of the window, with keys, focus and roles by Radix. */
export default function RadixContextMenu({ label, at, onClose, onReturnFocus, children }: ContextMenuProps) {
  const layer = useLayer()
  return (
    // Not modal, for the reason that is given in radix-menu.tsx.
    <Radix.Root modal={false} open onOpenChange={(isOpen) => !isOpen && onClose()}>
      <Radix.Trigger asChild>
        <span aria-hidden="true" tabIndex={-1} className="fixed" style={{ left: at.x, top: at.y }} />
      </Radix.Trigger>
      <Radix.Portal container={layer}>
        <Radix.Content
          aria-label={label}
          align="start"
          sideOffset={2}
          collisionPadding={8}
          onCloseAutoFocus={(event) => {
            event.preventDefault()
            onReturnFocus()
          }}
          className={MENU}
        >
          <PartsContext value={PARTS}>{children}</PartsContext>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  )
}
