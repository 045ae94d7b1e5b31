import { ContextMenu as Radix } from 'radix-ui'
import type { ReactNode } from 'react'
import { useLayer } from './layer.tsx'
import { MENU, type MenuItemProps, menuItemClass } from './menu.tsx'

interface ContextMenuProps {
  /** What is pressed with the other button, or long. */
  children: ReactNode
  items: ReactNode
  onOpenChange?: (isOpen: boolean) => void
}

export function ContextMenu({ children, items, onOpenChange }: ContextMenuProps) {
  const layer = useLayer()
  return (
    <Radix.Root modal={false} {...(onOpenChange === undefined ? {} : { onOpenChange })}>
      <Radix.Trigger asChild>{children}</Radix.Trigger>
      <Radix.Portal container={layer}>
        <Radix.Content collisionPadding={8} className={MENU}>
          {items}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  )
}

export function ContextMenuItem({ icon, hint, isDanger = false, onSelect, children }: MenuItemProps) {
  return (
    <Radix.Item onSelect={onSelect} className={menuItemClass(isDanger)}>
      {icon}
      <span className="flex-1">{children}</span>
      {hint !== undefined && <span className="pl-5 text-12 text-ink-2">{hint}</span>}
    </Radix.Item>
  )
}
