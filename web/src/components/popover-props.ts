import type { ComponentProps, ReactElement, ReactNode } from 'react'

export interface PopoverProps {
  label: string
  /** A button that takes a ref. */
  trigger: ReactElement<ComponentProps<'button'>>
  isOpen?: boolean
  onOpenChange?: (isOpen: boolean) => void
  align?: 'start' | 'center' | 'end'
  /** Default: below or above its button. */
  side?: 'right'
  className?: string
  children: ReactNode
}
