import { Popover as Radix } from 'radix-ui'
import type { ReactNode } from 'react'
import { useLayer } from './layer.tsx'

interface PopoverProps {
  label: string
  /** A button that takes a ref. */
  trigger: ReactNode
  isOpen?: boolean
  onOpenChange?: (isOpen: boolean) => void
  align?: 'start' | 'center' | 'end'
  className?: string
  children: ReactNode
}

/** Opens beside its button; Escape and a press outside close it. */
export function Popover({
  label,
  trigger,
  isOpen,
  onOpenChange,
  align = 'start',
  className = 'w-79',
  children,
}: PopoverProps) {
  const layer = useLayer()
  return (
    <Radix.Root
      {...(isOpen === undefined ? {} : { open: isOpen })}
      {...(onOpenChange === undefined ? {} : { onOpenChange })}
    >
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal container={layer}>
        <Radix.Content
          aria-label={label}
          align={align}
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
