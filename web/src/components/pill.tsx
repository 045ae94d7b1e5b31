import type { ReactNode } from 'react'

interface PillProps {
  label: string
  isVertical?: boolean
  isSmall?: boolean
  className?: string
  children: ReactNode
}

/** A toolbar that floats on the sheet or on a picture. */
export function Pill({ label, isVertical = false, isSmall = false, className = '', children }: PillProps) {
  return (
    <div
      role="toolbar"
      aria-label={label}
      aria-orientation={isVertical ? 'vertical' : 'horizontal'}
      className={`flex items-center gap-0.5 bg-surface shadow-rest forced-colors:border ${isVertical ? 'flex-col' : ''} ${isSmall ? 'rounded-card p-0.75' : 'rounded-pill p-1.25'} ${className}`}
    >
      {children}
    </div>
  )
}

export function PillSeparator() {
  return <span aria-hidden="true" className="mx-1.25 h-6 w-px shrink-0 bg-line" />
}
