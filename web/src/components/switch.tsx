import { useId } from 'react'

interface SwitchProps {
  label: string
  hint?: string
  isOn: boolean
  onChange: (isOn: boolean) => void
  isDisabled?: boolean
}

/** A setting that is on or off, with its name before it. */
export function Switch({ label, hint, isOn, onChange, isDisabled = false }: SwitchProps) {
  const id = useId()
  return (
    <div className="flex min-h-10 items-center gap-3 coarse:min-h-11">
      <label htmlFor={id} className="flex-1 py-1 font-medium">
        {label}
        {hint !== undefined && <span className="block font-normal text-12 text-ink-2">{hint}</span>}
      </label>
      <input
        id={id}
        type="checkbox"
        role="switch"
        aria-checked={isOn}
        checked={isOn}
        onChange={({ target }) => onChange(target.checked)}
        disabled={isDisabled}
        className="relative h-6 w-10 shrink-0 after:absolute after:-inset-3 cursor-pointer appearance-none rounded-full border border-transparent bg-line-strong transition-colors duration-hover before:block before:size-4.5 before:translate-x-0.5 before:translate-y-0.5 before:rounded-full before:bg-surface before:transition-transform before:duration-hover before:ease-out-soft checked:bg-accent checked:before:translate-x-4.5 checked:before:bg-on-accent disabled:opacity-42 forced-colors:border-current forced-colors:not-checked:bg-surface forced-colors:not-checked:before:bg-current"
      />
    </div>
  )
}
