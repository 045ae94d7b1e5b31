import { lazy, Suspense } from 'react'
import type { ContextMenuProps } from './menu-parts.ts'

const RadixContextMenu = lazy(() => import('./radix-context-menu.tsx'))

/** A menu at the pointer. Its code is loaded when one is wanted for the first time. */
export function ContextMenu(props: ContextMenuProps) {
  return (
    <Suspense fallback={null}>
      <RadixContextMenu {...props} />
    </Suspense>
  )
}
