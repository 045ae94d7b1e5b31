import * as Radix from 'radix-ui/tooltip'
import type { ReactNode } from 'react'
import { useLayer } from './layer.tsx'

const OPEN_AFTER_MS = 500
/** The next tooltip opens at once within this time. */
const SKIP_WITHIN_MS = 300

export function TooltipProvider({ children }: { children: ReactNode }) {
  return (
    <Radix.Provider delayDuration={OPEN_AFTER_MS} skipDelayDuration={SKIP_WITHIN_MS} disableHoverableContent>
      {children}
    </Radix.Provider>
  )
}

interface TooltipProps {
  text: string
  /** The key that does the same. */
  keys?: string | undefined
  side?: 'top' | 'bottom' | 'left' | 'right'
  /** A button that takes a ref. */
  children: ReactNode
}

export function Tooltip({ text, keys, side = 'bottom', children }: TooltipProps) {
  const layer = useLayer()
  return (
    <Radix.Root>
      <Radix.Trigger asChild>{children}</Radix.Trigger>
      <Radix.Portal container={layer}>
        <Radix.Content
          side={side}
          sideOffset={6}
          collisionPadding={8}
          className="pointer-events-none z-60 flex max-w-64 animate-appear gap-2 rounded-control bg-bar px-2.5 py-1.5 text-12 text-on-bar shadow-rest"
        >
          {text}
          {keys !== undefined && <span className="opacity-70">{keys}</span>}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  )
}
