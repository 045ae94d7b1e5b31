import type { ReactNode } from 'react'

interface IconButtonProps {
  /** What it does; read aloud and shown as a tooltip. */
  label: string
  onClick: () => void
  children: ReactNode
  /** For a button that stays down. */
  isPressed?: boolean
  isDisabled?: boolean
  className?: string
}

export function IconButton({
  label,
  onClick,
  children,
  isPressed,
  isDisabled = false,
  className = '',
}: IconButtonProps) {
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      aria-pressed={isPressed}
      disabled={isDisabled}
      onClick={onClick}
      className={`grid size-10 shrink-0 place-items-center rounded-lg transition-colors enabled:not-aria-pressed:hover:bg-raised disabled:opacity-35 aria-pressed:bg-accent aria-pressed:text-on-accent [&_svg]:size-5 ${className}`}
    >
      {children}
    </button>
  )
}
