import * as Radix from 'radix-ui/popover'
import { useLayer } from './layer.tsx'
import type { PopoverProps } from './popover-props.ts'

/** A popover that has been opened, with focus and placement by Radix. */
export default function RadixPopover({
  label,
  trigger,
  isOpen,
  onOpenChange,
  align = 'start',
  side,
  className = 'w-79',
  children,
}: PopoverProps) {
  const layer = useLayer()
  return (
    <Radix.Root
      {...(isOpen === undefined ? { defaultOpen: true } : { open: isOpen })}
      {...(onOpenChange === undefined ? {} : { onOpenChange })}
    >
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal container={layer}>
        <Radix.Content
          aria-label={label}
          align={align}
          {...(side === undefined ? {} : { side })}
          sideOffset={8}
          collisionPadding={8}
          className={`z-50 max-h-(--radix-popover-content-available-height) max-w-(--radix-popover-content-available-width) animate-appear overflow-y-auto rounded-card bg-surface p-4 shadow-pop outline-none forced-colors:border ${className}`}
        >
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  )
}
