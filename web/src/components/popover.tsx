import { cloneElement, useState } from 'react'
import { lazyPart } from './lazy-part.tsx'
import type { PopoverProps } from './popover-props.ts'

const RadixPopover = lazyPart(() => import('./radix-popover.tsx'))

/** Opens beside its button; Escape and a press outside close it. Its code is loaded at the first use. */
export function Popover(props: PopoverProps) {
  const { trigger, isOpen = false, onOpenChange } = props
  const [isWanted, setWanted] = useState(false)
  // Opened by a key, too, it keeps its button, to which the focus returns.
  if (isOpen && !isWanted) setWanted(true)
  const closed = cloneElement(trigger, {
    'aria-haspopup': 'dialog',
    'aria-expanded': false,
    onPointerEnter: RadixPopover.preload,
    onFocus: RadixPopover.preload,
    onClick: () => {
      setWanted(true)
      onOpenChange?.(true)
    },
  })
  if (!isWanted) return closed
  const close = () => {
    setWanted(false)
    onOpenChange?.(false)
  }
  return <RadixPopover {...props} whileLoading={closed} onMissing={close} />
}
