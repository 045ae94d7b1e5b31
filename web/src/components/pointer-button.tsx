import type { ReactNode } from 'react'

interface PointerButtonProps {
  label: string
  className: string
  onClick: (() => void) | undefined
  children: ReactNode
}

/** A small button without a tab stop, for the pointer: the keyboard has other ways to the same action. */
export function PointerButton({ label, className, onClick, children }: PointerButtonProps) {
  return (
    <button
      type="button"
      tabIndex={-1}
      aria-label={label}
      title={label}
      onClick={onClick}
      className={className}
    >
      {children}
    </button>
  )
}
