import { ChevronDown, X } from 'lucide-react'
import type { ComponentProps, ReactNode } from 'react'
import { messages } from '../messages/messages.ts'

interface FilterChipProps extends Omit<ComponentProps<'button'>, 'children'> {
  icon?: ReactNode
  text: string
  /** Given while the filter is set. */
  onClear?: (() => void) | undefined
}

/** A filter above the results: open to choose, and once set, with a cross to clear it. */
export function FilterChip({ icon, text, onClear, className = '', ...rest }: FilterChipProps) {
  const isSet = onClear !== undefined
  return (
    <span
      className={`inline-flex h-8.5 min-w-0 items-center rounded-full font-medium text-13 coarse:h-11.5 ${isSet ? 'bg-accent-soft text-accent-ink forced-colors:border' : 'border border-line bg-surface'} ${className}`}
    >
      <button
        type="button"
        {...rest}
        className={`flex h-full min-w-0 items-center gap-1.25 rounded-full pl-3 ${isSet ? 'pr-1' : 'pr-2.25'} [&_svg]:size-4`}
      >
        <span className="contents @max-4xl:hidden">{icon}</span>
        <span className="truncate">{text}</span>
        {!isSet && <ChevronDown className="text-ink-2" aria-hidden="true" />}
      </button>
      {isSet && (
        <button
          type="button"
          aria-label={messages.gallery.clearOne(text)}
          onClick={({ currentTarget }) => {
            // The cross goes with the filter, and the focus would go with it.
            ;(currentTarget.previousElementSibling as HTMLElement).focus()
            onClear()
          }}
          className="grid h-full w-8 shrink-0 place-items-center rounded-full coarse:w-11 [&_svg]:size-4"
        >
          <X />
        </button>
      )}
    </span>
  )
}
