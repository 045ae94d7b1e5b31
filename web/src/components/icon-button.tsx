import type { ReactNode } from 'react'

interface IconButtonProps {
  /** What it does; read aloud and shown as a tooltip. */
  label: string
  onClick: () => void
  children: ReactNode
  /** For a button that stays down, under one name. */
  isPressed?: boolean
  /** Looks as if it stayed down; its name tells what it does next. */
  isLit?: boolean
  isDisabled?: boolean
  className?: string
}

export function IconButton({
  label,
  onClick,
  children,
  isPressed,
  isLit = isPressed ?? false,
  isDisabled = false,
  className = '',
}: IconButtonProps) {
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      aria-pressed={isPressed}
      data-lit={isLit || undefined}
      disabled={isDisabled}
      onClick={onClick}
      className={`grid size-10 shrink-0 place-items-center rounded-lg transition-colors enabled:not-data-lit:hover:bg-raised disabled:opacity-35 data-lit:bg-accent data-lit:text-on-accent [&_svg]:size-5 ${className}`}
    >
      {children}
    </button>
  )
}
