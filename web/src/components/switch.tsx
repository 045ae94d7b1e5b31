import { Switch as Radix } from 'radix-ui'
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
    <div className="flex min-h-10 items-center gap-3">
      <label htmlFor={id} className="flex-1 py-1 font-medium">
        {label}
        {hint !== undefined && <span className="block font-normal text-12 text-ink-2">{hint}</span>}
      </label>
      <Radix.Root
        id={id}
        checked={isOn}
        onCheckedChange={onChange}
        disabled={isDisabled}
        className="h-6 w-10 shrink-0 rounded-full border border-transparent bg-line-strong transition-colors duration-hover data-[state=checked]:bg-accent disabled:opacity-42"
      >
        <Radix.Thumb className="block size-4.5 translate-x-0.5 rounded-full bg-surface transition-transform duration-hover ease-out-soft data-[state=checked]:translate-x-4.5 data-[state=checked]:bg-on-accent" />
      </Radix.Root>
    </div>
  )
}
