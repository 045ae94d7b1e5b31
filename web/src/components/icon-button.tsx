import type { ComponentProps, ReactNode } from 'react'
import { Tooltip } from './tooltip.tsx'

interface IconButtonProps extends Omit<ComponentProps<'button'>, 'children' | 'onClick' | 'disabled'> {
  /** Accessible name and tooltip: its action. */
  label: string
  onClick?: () => void
  children: ReactNode
  /** The key that does the same, for the tooltip. */
  keys?: string | undefined
  /** For a button that stays pressed. */
  isPressed?: boolean
  /** Looks pressed while its name describes the next action. */
  isLit?: boolean
  isDisabled?: boolean
  /** A chosen tool is drawn in ink instead of the accent. */
  variant?: 'plain' | 'tool'
  side?: 'top' | 'bottom' | 'left' | 'right'
}

const LIT = {
  plain: 'data-lit:bg-accent-soft data-lit:text-accent-ink',
  tool: 'data-lit:bg-ink data-lit:text-surface',
}

export function IconButton({
  label,
  onClick,
  children,
  keys,
  isPressed,
  isLit = isPressed ?? false,
  isDisabled = false,
  variant = 'plain',
  side,
  className = '',
  ...rest
}: IconButtonProps) {
  return (
    <Tooltip text={label} keys={keys} {...(side === undefined ? {} : { side })}>
      <button
        type="button"
        {...rest}
        aria-label={label}
        aria-pressed={isPressed}
        data-lit={isLit || undefined}
        disabled={isDisabled}
        onClick={onClick}
        className={`grid size-10 shrink-0 place-items-center rounded-control text-ink-2 transition-colors duration-hover coarse:size-11 forced-colors:data-lit:outline-2 enabled:not-data-lit:hover:bg-sunken enabled:not-data-lit:hover:text-ink disabled:opacity-38 ${LIT[variant]} [&_svg]:size-5 ${className}`}
      >
        {children}
      </button>
    </Tooltip>
  )
}
