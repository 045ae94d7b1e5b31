import { cloneElement, lazy, Suspense, useState } from 'react'
import type { PopoverProps } from './popover-props.ts'

const load = () => import('./radix-popover.tsx')
const RadixPopover = lazy(load)

/** Opens beside its button; Escape and a press outside close it. Its code is loaded when one is wanted for the first time. */
export function Popover(props: PopoverProps) {
  const { trigger, isOpen = false, onOpenChange } = props
  const [isWanted, setWanted] = useState(false)
  const closed = cloneElement(trigger, {
    'aria-haspopup': 'dialog',
    'aria-expanded': false,
    onPointerEnter: () => void load(),
    onFocus: () => void load(),
    onClick: () => {
      setWanted(true)
      onOpenChange?.(true)
    },
  })
  if (!isWanted && !isOpen) return closed
  return (
    <Suspense fallback={closed}>
      <RadixPopover {...props} />
    </Suspense>
  )
}
