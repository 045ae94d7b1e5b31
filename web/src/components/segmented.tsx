import { ToggleGroup } from 'radix-ui'
import type { ReactNode } from 'react'

interface SegmentedProps<T extends string> {
  label: string
  value: T
  options: readonly { value: T; text: string; icon?: ReactNode }[]
  onChange: (value: T) => void
  className?: string
}

/** A choice of a few, one of which is on. */
export function Segmented<T extends string>({
  label,
  value,
  options,
  onChange,
  className = '',
}: SegmentedProps<T>) {
  return (
    <ToggleGroup.Root
      type="single"
      value={value}
      // A press on the chosen one would leave none.
      onValueChange={(next) => next !== '' && onChange(next as T)}
      aria-label={label}
      className={`flex gap-0.5 rounded-control bg-sunken p-0.75 ${className}`}
    >
      {options.map(({ value: own, text, icon }) => (
        <ToggleGroup.Item
          key={own}
          value={own}
          className="flex h-8 flex-1 items-center justify-center gap-1.5 rounded-lg px-2.75 font-medium text-13 text-ink-2 whitespace-nowrap transition-colors duration-hover coarse:h-10 hover:text-ink data-[state=on]:bg-chosen data-[state=on]:text-ink data-[state=on]:shadow-low forced-colors:data-[state=on]:outline-2 [&_svg]:size-4"
        >
          {icon}
          {text}
        </ToggleGroup.Item>
      ))}
    </ToggleGroup.Root>
  )
}
