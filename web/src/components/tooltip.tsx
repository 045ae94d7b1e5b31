import { Root as Slot } from 'radix-ui/slot'
import { type FocusEvent, type PointerEvent, type ReactNode, useEffect, useState } from 'react'
import { lazyPart } from './lazy-part.tsx'

const TooltipBubble = lazyPart(() => import('./tooltip-bubble.tsx'))

const OPEN_AFTER_MS = 500
/** The next tooltip opens at once within this time. */
const SKIP_WITHIN_MS = 300
let lastShown = Number.NEGATIVE_INFINITY

interface TooltipProps {
  text: string
  /** The key that does the same. */
  keys?: string | undefined
  side?: 'top' | 'bottom' | 'left' | 'right'
  /** A button that takes a ref. */
  children: ReactNode
}

/** Names its button on hover and keyboard focus. The code that places it is loaded at the first use. */
export function Tooltip({ children, ...bubble }: TooltipProps) {
  const [wanted, setWanted] = useState<{ anchor: Element; afterMs: number }>()
  const hide = () => setWanted(undefined)
  const onPointerEnter = ({ currentTarget, pointerType }: PointerEvent) => {
    if (pointerType === 'touch') return
    const isNext = performance.now() - lastShown < SKIP_WITHIN_MS
    setWanted({ anchor: currentTarget, afterMs: isNext ? 0 : OPEN_AFTER_MS })
    TooltipBubble.preload()
  }
  const onFocus = ({ currentTarget }: FocusEvent) => {
    if (currentTarget.matches(':focus-visible')) setWanted({ anchor: currentTarget, afterMs: 0 })
  }
  return (
    <>
      <Slot
        onPointerEnter={onPointerEnter}
        onPointerLeave={hide}
        onPointerDown={hide}
        onFocus={onFocus}
        onBlur={hide}
      >
        {children}
      </Slot>
      {wanted !== undefined && <DelayedBubble {...bubble} {...wanted} onHide={hide} />}
    </>
  )
}

interface DelayedBubbleProps extends Omit<TooltipProps, 'children'> {
  anchor: Element
  afterMs: number
  onHide: () => void
}

function DelayedBubble({ afterMs, onHide, ...bubble }: DelayedBubbleProps) {
  const [isOpen, setOpen] = useState(afterMs === 0)
  useEffect(() => {
    const timer = setTimeout(() => setOpen(true), afterMs)
    return () => clearTimeout(timer)
  }, [afterMs])
  useEffect(() => {
    if (!isOpen) return
    const ending = new AbortController()
    const { signal } = ending
    const onKey = ({ key }: KeyboardEvent) => key === 'Escape' && onHide()
    addEventListener('keydown', onKey, { signal, capture: true })
    addEventListener('scroll', onHide, { signal, capture: true })
    return () => {
      lastShown = performance.now()
      ending.abort()
    }
  })
  if (!isOpen) return null
  return <TooltipBubble {...bubble} onMissing={onHide} />
}
