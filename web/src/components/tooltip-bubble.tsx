import { Popper } from 'radix-ui/internal'
import { createPortal } from 'react-dom'
import { useLayer } from './layer.tsx'

interface TooltipBubbleProps {
  anchor: Element
  text: string
  keys?: string | undefined
  side?: 'top' | 'bottom' | 'left' | 'right'
}

/** A tooltip that is shown, placed beside its button where there is room. */
export default function TooltipBubble({ anchor, text, keys, side = 'bottom' }: TooltipBubbleProps) {
  const layer = useLayer()
  return (
    <Popper.Root>
      <Popper.Anchor virtualRef={{ current: anchor }} />
      {createPortal(
        <Popper.Content
          role="tooltip"
          side={side}
          sideOffset={6}
          collisionPadding={8}
          className="pointer-events-none z-60 flex max-w-64 animate-appear gap-2 rounded-control bg-bar px-2.5 py-1.5 text-12 text-on-bar shadow-rest forced-colors:border"
        >
          {text}
          {keys !== undefined && <span className="opacity-70">{keys}</span>}
        </Popper.Content>,
        layer ?? document.body,
      )}
    </Popper.Root>
  )
}
