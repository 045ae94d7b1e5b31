import type { ComponentProps, ReactNode } from 'react'
import { Tooltip } from './tooltip.tsx'

export type IconButtonSize = keyof typeof ICON_BUTTON_SIZES

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
  variant?: keyof typeof COLOURS
  size?: IconButtonSize
  isRound?: boolean
  side?: 'top' | 'bottom' | 'left' | 'right'
}

/** Not to be combined with other classes of sizes: the order in the style sheet decides which one applies. */
export const ICON_BUTTON_SIZES = {
  normal: 'size-10 coarse:size-11',
  small: 'size-9 coarse:size-11',
  tiny: 'size-8 coarse:size-11',
  /** As wide as its content. */
  text: 'h-9 px-2 font-medium text-13 coarse:h-11',
  tool: 'size-10.5 coarse:size-11',
  'tool with a word': 'h-10.5 min-w-10.5 grid-flow-col gap-2 px-2.5 font-medium text-13 coarse:h-11',
  'tool on a tablet': 'size-12',
  'tool on a phone': 'size-11.5 @max-[22rem]:size-10',
}

const ON_PAGE = 'text-ink-2 enabled:not-data-lit:hover:bg-sunken enabled:not-data-lit:hover:text-ink'

const COLOURS = {
  plain: `${ON_PAGE} data-lit:bg-accent-soft data-lit:text-accent-ink`,
  tool: `${ON_PAGE} data-lit:bg-ink data-lit:text-surface`,
  'on bar': 'text-on-bar enabled:hover:bg-bar-hover',
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
  size = 'normal',
  isRound = false,
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
        className={`grid shrink-0 place-items-center ${isRound ? 'rounded-full' : 'rounded-control'} transition-colors duration-hover forced-colors:data-lit:outline-2 disabled:opacity-38 ${ICON_BUTTON_SIZES[size]} ${COLOURS[variant]} [&_svg]:size-5 ${className}`}
      >
        {children}
      </button>
    </Tooltip>
  )
}
