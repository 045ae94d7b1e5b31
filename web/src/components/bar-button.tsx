import type { ComponentProps, ReactNode } from 'react'

interface BarButtonProps extends Omit<ComponentProps<'button'>, 'children'> {
  label: string
  icon: ReactNode
  isDanger?: boolean
  /** Whether its words are shown: by default unless the bar is narrow, for `wide` only where it has room for all words. */
  text?: 'never' | 'always' | 'wide'
}

const WORDS = { always: '', wide: '@max-6xl:hidden', usual: '@max-[46rem]:hidden' }

/** A button on the dark bar of a selection, which is a container: where the bar is narrow, only its icon is shown. */
export function BarButton({ label, icon, isDanger = false, text, ...rest }: BarButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      aria-label={label}
      title={label}
      className={`flex h-8.5 shrink-0 items-center gap-2 rounded-control px-3 @max-md:px-2 font-medium text-13 whitespace-nowrap transition-colors duration-hover coarse:h-11 enabled:hover:bg-bar-hover disabled:opacity-42 data-[state=open]:bg-bar-hover [&_svg]:size-4.5 ${isDanger ? 'text-bar-danger forced-colors:text-inherit' : ''}`}
    >
      {icon}
      {text !== 'never' && <span className={WORDS[text ?? 'usual']}>{label}</span>}
    </button>
  )
}
