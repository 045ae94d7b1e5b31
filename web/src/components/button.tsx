import { LoaderCircle } from 'lucide-react'
import type { ComponentProps, ReactNode } from 'react'

export interface ButtonProps extends Omit<ComponentProps<'button'>, 'children'> {
  children?: ReactNode
  variant?: keyof typeof VARIANTS
  size?: 'small' | 'normal' | 'large'
  icon?: ReactNode
  /** Shows a spinner in place of the icon; the width stays. */
  isBusy?: boolean
}

const VARIANTS = {
  primary: 'bg-accent text-on-accent enabled:hover:bg-accent-hover',
  plain: 'border border-line bg-surface enabled:hover:bg-sunken',
  ghost: 'enabled:hover:bg-sunken',
  danger: 'border border-line bg-surface text-danger enabled:hover:bg-sunken',
  'danger-primary': 'bg-danger text-on-danger enabled:hover:bg-danger-hover',
  'danger-ghost': 'text-danger enabled:hover:bg-sunken',
  chosen: 'bg-ink text-surface',
  /** A setting that is in effect, such as a filter. */
  soft: 'bg-accent-soft text-accent-ink',
}

const SIZES = {
  small: 'h-8.5 gap-1.5 px-2.75 text-13 coarse:h-11 coarse:min-w-11 [&_svg]:size-4',
  normal: 'h-10 gap-2 px-3.5 coarse:h-11 coarse:min-w-11 [&_svg]:size-4.5',
  large: 'h-11 gap-2 px-4 [&_svg]:size-4.5',
}

/** The classes of a button. */
function buttonClass(variant: keyof typeof VARIANTS = 'plain', size: keyof typeof SIZES = 'normal'): string {
  return `inline-flex shrink-0 items-center justify-center rounded-control font-medium whitespace-nowrap transition-[background-color,scale] duration-press ease-out-soft enabled:active:scale-97 disabled:opacity-42 aria-busy:opacity-80! forced-colors:border forced-colors:aria-pressed:outline-2 ${VARIANTS[variant]} ${SIZES[size]}`
}

export function Button({
  variant = 'plain',
  size = 'normal',
  icon,
  isBusy = false,
  disabled,
  className = '',
  children,
  ...rest
}: ButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      aria-busy={isBusy || undefined}
      disabled={disabled || isBusy}
      className={`${buttonClass(variant, size)} ${className}`}
    >
      {isBusy ? <LoaderCircle className="animate-turn" aria-hidden="true" /> : icon}
      {children}
    </button>
  )
}
