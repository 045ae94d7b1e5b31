import { lazy, type ReactNode, Suspense } from 'react'

const RadixContextMenu = lazy(() => import('./radix-context-menu.tsx'))

export interface ContextMenuProps {
  label: string
  /** Where it opens, in CSS pixels of the window. */
  at: { x: number; y: number }
  onClose: () => void
  /** Gives the focus back. */
  onReturnFocus: () => void
  /** Items of menu.tsx. */
  children: ReactNode
}

/** A menu at the pointer. Its code is loaded when one is wanted for the first time. */
export function ContextMenu(props: ContextMenuProps) {
  return (
    <Suspense fallback={null}>
      <RadixContextMenu {...props} />
    </Suspense>
  )
}
