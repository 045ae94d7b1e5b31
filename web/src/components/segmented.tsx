import { type ReactNode, useId } from 'react'

interface SegmentedProps<T extends string> {
  label: string
  value: T
  options: readonly { value: T; text: string; icon?: ReactNode; isDanger?: boolean }[]
  onChange: (value: T) => void
  className?: string
}

/** A choice of a few, one of which is on: radio buttons, so that the arrow keys move between them. */
export function Segmented<T extends string>({
  label,
  value,
  options,
  onChange,
  className = '',
}: SegmentedProps<T>) {
  const name = useId()
  return (
    <fieldset
      aria-label={label}
      className={`flex min-w-0 gap-0.5 rounded-control bg-sunken p-0.75 ${className}`}
    >
      {options.map(({ value: own, text, icon, isDanger = false }) => (
        <label
          key={own}
          className={`relative flex h-8 flex-1 cursor-pointer items-center justify-center gap-1.5 rounded-lg px-2.75 font-medium text-13 text-ink-2 whitespace-nowrap transition-colors duration-hover coarse:h-11 hover:text-ink has-checked:bg-chosen has-checked:shadow-low has-focus-visible:focus-ring forced-colors:has-checked:outline-2 [&_svg]:size-4 ${isDanger ? 'has-checked:text-danger' : 'has-checked:text-ink'}`}
        >
          <input
            type="radio"
            name={name}
            checked={value === own}
            onChange={() => onChange(own)}
            className="absolute inset-0 cursor-pointer appearance-none outline-none"
          />
          {icon}
          {text}
        </label>
      ))}
    </fieldset>
  )
}
